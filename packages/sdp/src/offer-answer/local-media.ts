import type { Codec } from '../description/codec.ts'
import type { Direction } from '../description/direction.ts'
import type { SessionDescription } from '../description/session-description.ts'

/** What we want of the one audio stream of a session. */
export type LocalMedia = {
  /** The address that we advertise, IPv4 or IPv6. */
  readonly address: string
  readonly port: number
  /** Most preferred first; telephone-event is not among them. */
  readonly codecs: readonly Codec[]
  /** Default true. */
  readonly hasTelephoneEvent?: boolean
  /** Audio in each packet that we want to get. Default 20. */
  readonly ptimeMs?: number
  /** Ours: `sendonly` or `inactive` puts the peer on hold. Default sendrecv. */
  readonly direction?: Direction
  /** RTP and RTCP on one port (RFC 5761): offered, and taken when offered. Default false. */
  readonly hasRtcpMux?: boolean
}

/** Our side of a session over its life: `o=` stays, its version counts changes, payload types and places of streams keep (RFC 3264 §8). */
export type LocalSession = {
  /** Digits, unique among our sessions, below 2^63: a time or random number (RFC 8866 §5.2). */
  readonly sessionId: string
  /** What we last sent in this dialog, offer or answer. */
  readonly last?: SessionDescription
}

export const DEFAULT_PTIME_MS = 20
/** What we take and offer. SRTP and DTLS profiles are none of it. */
export const DEFAULT_PROTOCOL = 'RTP/AVP'
export const protocols: readonly string[] = [DEFAULT_PROTOCOL, 'RTP/AVPF']
