import { compactNtpBits } from '../number/ntp-time.ts'
import { rtpTimestamp } from '../number/rtp-timestamp.ts'
import { readUint16, readUint24, readUint32 } from './octets.ts'
import { REPORT_BLOCK_OCTETS, type ReportBlock, RTCP_TYPES, type RtcpPacket, type SourceDescription } from './rtcp-packet.ts'

/**
 * Reads a compound packet (RFC 3550 §6.1, checks of A.2). Never throws. Bounded by the datagram.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|  count  |  packet type  |   length in words, minus one  |
 * |                 SSRC, or what the type has …                  |
 * ```
 * @returns undefined when it is malformed, or does not begin with a report, as what is no RTCP at all would not
 */
export function readRtcp(octets: Uint8Array): readonly RtcpPacket[] | undefined {
  const packets: RtcpPacket[] = []
  for (let start = 0; start < octets.length; ) {
    if (start + 4 > octets.length) return undefined
    const first = octets[start] ?? 0
    const packetType = octets[start + 1] ?? 0
    const end = start + 4 + 4 * readUint16(octets, start + 2)
    if (first >>> 6 !== 2 || end > octets.length) return undefined
    if (start === 0 && packetType !== RTCP_TYPES.senderReport && packetType !== RTCP_TYPES.receiverReport) return undefined
    const padding = (first & 0x20) === 0 ? 0 : (octets[end - 1] ?? 0)
    // Only the last packet of a compound is padded (§6.4.1).
    if ((first & 0x20) !== 0 && (padding === 0 || padding % 4 !== 0 || padding > end - start - 4 || end !== octets.length)) return undefined
    const packet = readPacket(octets.subarray(start + 4, end - padding), packetType, first & 0x1f)
    if (!packet) return undefined
    packets.push(packet)
    start = end
  }
  return packets.length > 0 ? packets : undefined
}

function readPacket(body: Uint8Array, packetType: number, count: number): RtcpPacket | undefined {
  switch (packetType) {
    case RTCP_TYPES.senderReport:
      return readSenderReport(body, count)
    case RTCP_TYPES.receiverReport: {
      const reports = readReports(body, 4, count)
      return reports && { kind: 'receiver-report', ssrc: readUint32(body, 0), reports }
    }
    case RTCP_TYPES.sourceDescription:
      return readSourceDescription(body, count)
    case RTCP_TYPES.goodbye:
      return readGoodbye(body, count)
    default:
      return { kind: 'other', packetType, count, octets: body }
  }
}

/**
 * ```
 * |                         SSRC of sender                        |
 * |              NTP timestamp, seconds                           |
 * |              NTP timestamp, fraction                          |
 * |                         RTP timestamp                         |
 * |                     sender's packet count                     |
 * |                      sender's octet count                     |
 * |                       report blocks …                         |
 * ```
 */
function readSenderReport(body: Uint8Array, count: number): RtcpPacket | undefined {
  const reports = readReports(body, 24, count)
  if (!reports) return undefined
  return {
    kind: 'sender-report',
    ssrc: readUint32(body, 0),
    ntp: { seconds: readUint32(body, 4), fraction: readUint32(body, 8) },
    timestamp: rtpTimestamp(readUint32(body, 12)),
    packetCount: readUint32(body, 16),
    octetCount: readUint32(body, 20),
    reports,
  }
}

/**
 * What follows the blocks is an extension of the profile, and not ours.
 * ```
 * |                         SSRC of source                        |
 * | fraction lost |     cumulative number of packets lost         |
 * |           extended highest sequence number received           |
 * |                      interarrival jitter                      |
 * |                         last SR (LSR)                         |
 * |                   delay since last SR (DLSR)                  |
 * ```
 */
function readReports(body: Uint8Array, start: number, count: number): readonly ReportBlock[] | undefined {
  if (start + count * REPORT_BLOCK_OCTETS > body.length) return undefined
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * REPORT_BLOCK_OCTETS
    return {
      ssrc: readUint32(body, at),
      fractionLost: body[at + 4] ?? 0,
      cumulativeLost: (readUint24(body, at + 5) << 8) >> 8,
      extendedHighestSequence: readUint32(body, at + 8),
      jitterTicks: readUint32(body, at + 12),
      lastSenderReport: compactNtpBits(readUint32(body, at + 16)),
      delaySinceLastSenderReport: readUint32(body, at + 20),
    }
  })
}

/** Chunks of SSRC and items `type, length, text`; a zero type ends a chunk, which is filled up to a word (RFC 3550 §6.5). */
function readSourceDescription(body: Uint8Array, count: number): SourceDescription | undefined {
  const chunks: SourceDescription['chunks'][number][] = []
  let at = 0
  for (let chunk = 0; chunk < count; chunk++) {
    if (at + 4 > body.length) return undefined
    const ssrc = readUint32(body, at)
    const items: { type: number; text: string }[] = []
    at += 4
    while (at < body.length && body[at] !== 0) {
      const end = at + 2 + (body[at + 1] ?? 0)
      if (end > body.length) return undefined
      items.push({ type: body[at] ?? 0, text: text(body, at + 2, end) })
      at = end
    }
    if (at >= body.length) return undefined
    at = 4 * (Math.floor(at / 4) + 1)
    chunks.push({ ssrc, items })
  }
  return { kind: 'source-description', chunks }
}

function readGoodbye(body: Uint8Array, count: number): RtcpPacket | undefined {
  const end = 4 * count
  if (end > body.length) return undefined
  const ssrcs = Array.from({ length: count }, (_, index) => readUint32(body, 4 * index))
  if (end === body.length) return { kind: 'goodbye', ssrcs, reason: undefined }
  const reasonEnd = end + 1 + (body[end] ?? 0)
  return reasonEnd > body.length ? undefined : { kind: 'goodbye', ssrcs, reason: text(body, end + 1, reasonEnd) }
}

const text = (octets: Uint8Array, start: number, end: number): string => Buffer.from(octets.subarray(start, end)).toString('utf8')
