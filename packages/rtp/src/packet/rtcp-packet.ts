import type { CompactNtp, NtpTime } from '../number/ntp-time.ts'
import type { RtpTimestamp } from '../number/rtp-timestamp.ts'

/** What one receiver says of one source (RFC 3550 §6.4.1). */
export type ReportBlock = {
  readonly ssrc: number
  /** Lost since the last report, in 1/256. */
  readonly fractionLost: number
  /** Signed 24 bits: duplicates may make it negative. */
  readonly cumulativeLost: number
  /** Low 16 bits: highest sequence number; high 16 bits: how often it wrapped. */
  readonly extendedHighestSequence: number
  /** In clock ticks. */
  readonly jitterTicks: number
  /** 0 when no sender report came yet. */
  readonly lastSenderReport: CompactNtp
  /** In 1/65536 s. */
  readonly delaySinceLastSenderReport: number
}

export type SenderReport = {
  readonly kind: 'sender-report'
  readonly ssrc: number
  readonly ntp: NtpTime
  readonly timestamp: RtpTimestamp
  /** Both wrap at 2^32. */
  readonly packetCount: number
  readonly octetCount: number
  readonly reports: readonly ReportBlock[]
}
export type ReceiverReport = { readonly kind: 'receiver-report'; readonly ssrc: number; readonly reports: readonly ReportBlock[] }
/** Item types: 1 CNAME, 2 NAME, … (RFC 3550 §6.5). */
export type SourceDescription = {
  readonly kind: 'source-description'
  readonly chunks: readonly { readonly ssrc: number; readonly items: readonly { readonly type: number; readonly text: string }[] }[]
}
export type Goodbye = { readonly kind: 'goodbye'; readonly ssrcs: readonly number[]; readonly reason: string | undefined }
/** Application-defined packets, feedback and extended reports; `octets` are those behind the first word. */
export type OtherRtcp = { readonly kind: 'other'; readonly packetType: number; readonly count: number; readonly octets: Uint8Array }

export type RtcpPacket = SenderReport | ReceiverReport | SourceDescription | Goodbye | OtherRtcp

export const RTCP_TYPES = { senderReport: 200, receiverReport: 201, sourceDescription: 202, goodbye: 203 } as const
export const CNAME = 1
/** Counts are 5 bits. */
export const MAX_RTCP_COUNT = 31
export const REPORT_BLOCK_OCTETS = 24
