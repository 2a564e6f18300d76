import { type RtpTimestamp, rtpTimestamp } from '../number/rtp-timestamp.ts'
import { type SequenceNumber, sequenceNumber } from '../number/sequence-number.ts'
import { readUint16, readUint32, writeUint16, writeUint32 } from './octets.ts'

export const RTP_HEADER_OCTETS = 12
const VERSION_2 = 0x80
const PADDING = 0x20
const EXTENSION = 0x10
const CSRC_COUNT = 0x0f
const MARKER = 0x80
const PAYLOAD_TYPE = 0x7f

/**
 * One RTP packet as a view of the datagram that it came in (RFC 3550 §5.1, §5.3.1). Make one and read every packet into it: nothing is
 * copied or allocated, so it says what the last `read()` found, as long as the datagram is not overwritten.
 *
 * ```
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 * |                           timestamp                           |
 * |           synchronization source (SSRC) identifier            |
 * |            contributing source (CSRC) identifiers, CC of them |
 * |      defined by profile       |  length in words  |  X only   |
 * |                        header extension …                     |
 * |                payload … | padding | octets of padding | P    |
 * ```
 */
export class RtpPacket {
  octets: Uint8Array = new Uint8Array(0)
  payloadType = 0
  hasMarker = false
  sequenceNumber: SequenceNumber = sequenceNumber(0)
  timestamp: RtpTimestamp = rtpTimestamp(0)
  ssrc = 0
  csrcCount = 0
  /** "Defined by profile"; undefined without an extension. Its octets are from `extensionStart` to `payloadStart`. */
  extensionProfile: number | undefined
  extensionStart = 0
  /** The payload is `octets` from here to `payloadEnd`; it may be empty. */
  payloadStart = 0
  payloadEnd = 0

  /** @returns false when the datagram is no RTP; the fields then mean nothing. Never throws. */
  read(octets: Uint8Array): boolean {
    const first = octets[0] ?? 0
    if (octets.length < RTP_HEADER_OCTETS || first >>> 6 !== 2) return false
    const second = octets[1] ?? 0
    this.csrcCount = first & CSRC_COUNT
    let start = RTP_HEADER_OCTETS + 4 * this.csrcCount
    this.extensionProfile = undefined
    if ((first & EXTENSION) !== 0) {
      if (start + 4 > octets.length) return false
      this.extensionProfile = readUint16(octets, start)
      this.extensionStart = start + 4
      start += 4 + 4 * readUint16(octets, start + 2)
    }
    let end = octets.length
    if ((first & PADDING) !== 0) {
      const padding = octets[end - 1] ?? 0
      if (padding === 0) return false
      end -= padding
    }
    if (start > end) return false
    this.octets = octets
    this.hasMarker = second >= MARKER
    this.payloadType = second & PAYLOAD_TYPE
    this.sequenceNumber = readUint16(octets, 2) as SequenceNumber
    this.timestamp = readUint32(octets, 4) as RtpTimestamp
    this.ssrc = readUint32(octets, 8)
    this.payloadStart = start
    this.payloadEnd = end
    return true
  }

  get payloadOctets(): number {
    return this.payloadEnd - this.payloadStart
  }

  csrc(index: number): number {
    return readUint32(this.octets, RTP_HEADER_OCTETS + 4 * index)
  }
}

export type RtpHeader = {
  readonly payloadType: number
  readonly hasMarker: boolean
  readonly sequenceNumber: SequenceNumber
  readonly timestamp: RtpTimestamp
  readonly ssrc: number
}

/** Writes the 12 octets of a plain header at the start of `target`; the payload goes behind. @returns 12 */
export function writeRtpHeader(target: Uint8Array, header: RtpHeader): number {
  target[0] = VERSION_2
  target[1] = (header.hasMarker ? MARKER : 0) | (header.payloadType & PAYLOAD_TYPE)
  writeUint16(target, 2, header.sequenceNumber)
  writeUint32(target, 4, header.timestamp)
  writeUint32(target, 8, header.ssrc)
  return RTP_HEADER_OCTETS
}

export type RtpParts = RtpHeader & {
  readonly payload: Uint8Array
  /** At most 15. */
  readonly csrcs?: readonly number[]
  /** A whole number of words. */
  readonly extension?: { readonly profile: number; readonly octets: Uint8Array }
  /** Makes the packet end at a multiple of so many octets, as block ciphers want. */
  readonly padToOctets?: number
}

/** A whole packet in octets of its own, with what plain ones lack. @throws RangeError when it cannot be written */
export function writeRtpPacket({ payload, csrcs = [], extension, padToOctets = 1, ...header }: RtpParts): Uint8Array {
  if (csrcs.length > CSRC_COUNT) throw new RangeError(`Cannot write RTP: ${csrcs.length} CSRCs`)
  const extensionOctets = extension ? 4 + extension.octets.length : 0
  if (extensionOctets % 4 !== 0) throw new RangeError(`Cannot write RTP: an extension of ${extension?.octets.length} octets`)
  const used = RTP_HEADER_OCTETS + 4 * csrcs.length + extensionOctets + payload.length
  const padding = (padToOctets - (used % padToOctets)) % padToOctets
  if (padding > 255) throw new RangeError(`Cannot write RTP: ${padding} octets of padding`)
  const packet = new Uint8Array(used + padding)
  let at = writeRtpHeader(packet, header)
  packet[0] = VERSION_2 | (padding > 0 ? PADDING : 0) | (extension ? EXTENSION : 0) | csrcs.length
  for (const csrc of csrcs) {
    writeUint32(packet, at, csrc)
    at += 4
  }
  if (extension) {
    writeUint16(packet, at, extension.profile)
    writeUint16(packet, at + 2, extension.octets.length / 4)
    packet.set(extension.octets, at + 4)
    at += extensionOctets
  }
  packet.set(payload, at)
  if (padding > 0) packet[packet.length - 1] = padding
  return packet
}

/** Whether a datagram on a port for both is RTCP: packet types 192 to 223, which no RTP payload type may look like (RFC 5761 §4). */
export function isRtcp(octets: Uint8Array): boolean {
  const second = octets[1] ?? 0
  return (octets[0] ?? 0) >>> 6 === 2 && second >= 192 && second <= 223
}
