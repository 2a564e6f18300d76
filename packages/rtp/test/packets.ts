import { rtpTimestamp } from '../src/number/rtp-timestamp.ts'
import { sequenceNumber } from '../src/number/sequence-number.ts'
import { RtpPacket, writeRtpPacket } from '../src/packet/rtp-packet.ts'

export type PacketFields = {
  readonly payloadType?: number
  readonly hasMarker?: boolean
  readonly sequence?: number
  readonly timestamp?: number
  readonly ssrc?: number
  readonly payload?: Uint8Array
}

export function datagram({
  payloadType = 0,
  hasMarker = false,
  sequence = 1,
  timestamp = 0,
  ssrc = 1,
  payload = new Uint8Array(160),
}: PacketFields): Uint8Array {
  return writeRtpPacket({
    payloadType,
    hasMarker,
    sequenceNumber: sequenceNumber(sequence),
    timestamp: rtpTimestamp(timestamp),
    ssrc,
    payload,
  })
}

export function packet(fields: PacketFields): RtpPacket {
  const read = new RtpPacket()
  if (!read.read(datagram(fields))) throw new Error('Cannot read what was written')
  return read
}
