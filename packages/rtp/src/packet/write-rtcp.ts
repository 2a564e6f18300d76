import { writeUint16, writeUint24, writeUint32 } from './octets.ts'
import {
  MAX_RTCP_COUNT,
  REPORT_BLOCK_OCTETS,
  type ReportBlock,
  RTCP_TYPES,
  type RtcpPacket,
  type SourceDescription,
} from './rtcp-packet.ts'

/** Writes a compound packet; a report must come first and a CNAME must be in it (RFC 3550 §6.1). @throws RangeError when one cannot be written */
export function writeRtcp(packets: readonly RtcpPacket[]): Uint8Array {
  return Buffer.concat(packets.map(writePacket))
}

function writePacket(packet: RtcpPacket): Uint8Array {
  switch (packet.kind) {
    case 'sender-report': {
      const octets = frame(RTCP_TYPES.senderReport, packet.reports.length, 24 + packet.reports.length * REPORT_BLOCK_OCTETS)
      const words = [packet.ssrc, packet.ntp.seconds, packet.ntp.fraction, packet.timestamp, packet.packetCount, packet.octetCount]
      for (const [index, word] of words.entries()) writeUint32(octets, 4 + 4 * index, word)
      writeReports(octets, 28, packet.reports)
      return octets
    }
    case 'receiver-report': {
      const octets = frame(RTCP_TYPES.receiverReport, packet.reports.length, 4 + packet.reports.length * REPORT_BLOCK_OCTETS)
      writeUint32(octets, 4, packet.ssrc)
      writeReports(octets, 8, packet.reports)
      return octets
    }
    case 'source-description':
      return writeSourceDescription(packet)
    case 'goodbye': {
      const reason = Buffer.from(packet.reason ?? '')
      if (reason.length > 255) throw new RangeError('Cannot write RTCP: the reason is longer than 255 octets')
      const octets = frame(RTCP_TYPES.goodbye, packet.ssrcs.length, 4 * packet.ssrcs.length + (reason.length > 0 ? 1 + reason.length : 0))
      for (const [index, ssrc] of packet.ssrcs.entries()) writeUint32(octets, 4 + 4 * index, ssrc)
      if (reason.length > 0) octets.set([reason.length, ...reason], 4 + 4 * packet.ssrcs.length)
      return octets
    }
    case 'other': {
      const octets = frame(packet.packetType, packet.count, packet.octets.length)
      octets.set(packet.octets, 4)
      return octets
    }
  }
}

/** A packet with its first word, filled up with zeros to whole words. */
function frame(packetType: number, count: number, bodyOctets: number): Uint8Array {
  if (count > MAX_RTCP_COUNT) throw new RangeError(`Cannot write RTCP: ${count} entries in one packet`)
  const words = Math.ceil(bodyOctets / 4)
  const octets = new Uint8Array(4 + 4 * words)
  octets[0] = 0x80 | count
  octets[1] = packetType
  writeUint16(octets, 2, words)
  return octets
}

function writeReports(octets: Uint8Array, start: number, reports: readonly ReportBlock[]): void {
  for (const [index, report] of reports.entries()) {
    const at = start + index * REPORT_BLOCK_OCTETS
    writeUint32(octets, at, report.ssrc)
    octets[at + 4] = report.fractionLost
    writeUint24(octets, at + 5, report.cumulativeLost)
    writeUint32(octets, at + 8, report.extendedHighestSequence)
    writeUint32(octets, at + 12, report.jitterTicks)
    writeUint32(octets, at + 16, report.lastSenderReport)
    writeUint32(octets, at + 20, report.delaySinceLastSenderReport)
  }
}

function writeSourceDescription({ chunks }: SourceDescription): Uint8Array {
  const bodies = chunks.map(({ ssrc, items }) => {
    const texts = items.map(({ type, text }) => ({ type, octets: Buffer.from(text) }))
    if (texts.some(({ octets }) => octets.length > 255)) throw new RangeError('Cannot write RTCP: an item is longer than 255 octets')
    const used = texts.reduce((sum, { octets }) => sum + 2 + octets.length, 4)
    const body = new Uint8Array(4 * (Math.floor(used / 4) + 1))
    writeUint32(body, 0, ssrc)
    let at = 4
    for (const { type, octets } of texts) {
      body.set([type, octets.length, ...octets], at)
      at += 2 + octets.length
    }
    return body
  })
  const octets = frame(
    RTCP_TYPES.sourceDescription,
    chunks.length,
    bodies.reduce((sum, body) => sum + body.length, 0),
  )
  octets.set(Buffer.concat(bodies), 4)
  return octets
}
