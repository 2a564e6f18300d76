import { addTicks, type RtpTimestamp, rtpTimestamp, ticksBetween } from '../number/rtp-timestamp.ts'
import { addToSequence, type SequenceNumber, sequenceDistance, sequenceNumber } from '../number/sequence-number.ts'
import { writeUint16, writeUint32 } from '../packet/octets.ts'
import { type RtpPacket, writeRtpHeader } from '../packet/rtp-packet.ts'

export type OutgoingStreamOptions = {
  readonly ssrc: number
  /** Random ones (RFC 3550 §5.1). */
  readonly firstSequenceNumber: number
  readonly firstTimestamp: number
  readonly clockRateHz: number
}

/** One packet of our own: digits, played or mixed audio. */
export type OwnPacket = {
  readonly payloadType: number
  /** On any clock of our own that goes on while this source speaks, in ticks. */
  readonly timestamp: RtpTimestamp
  readonly hasMarker: boolean
  readonly payloadOctets: number
}

/** Stands for our own packets among the SSRCs of sources. */
const OWN = -1
const NONE = -2
const NOT_FORWARDED = 0xff
/** Steps back that are reordering; larger ones are a source that starts anew. */
const MAX_MISORDER = 100
/** Steps of the timestamp beyond this, in seconds, are a source that starts anew. */
const MAX_TIMESTAMP_STEP_S = 30

/**
 * What one receiver sees as a single source (RFC 3550 §5.1), whatever stands behind it: forwarded packets of one sender or another, our own
 * audio, digits. When the source changes, sequence numbers go on by one, timestamps by the time that has passed, and the marker is set, so
 * the receiver sees no jump. So do not mix packets of two sources: while one of our digits is sent, forward nothing. Loss and reordering of a forwarded source pass through as they are.
 */
export class OutgoingStream {
  readonly ssrc: number
  readonly #clockRateHz: number
  readonly #payloadTypes = new Uint8Array(128).fill(NOT_FORWARDED)
  #source = NONE
  #sequenceOffset = 0
  #timestampOffset = 0
  /** First number of the present source: earlier ones belong to numbers that are taken. */
  #floor: SequenceNumber = sequenceNumber(0)
  #highest: SequenceNumber
  #latest: RtpTimestamp
  #latestMs = 0
  #packetCount = 0
  #octetCount = 0

  constructor({ ssrc, firstSequenceNumber, firstTimestamp, clockRateHz }: OutgoingStreamOptions) {
    this.ssrc = ssrc
    this.#clockRateHz = clockRateHz
    this.#highest = sequenceNumber(firstSequenceNumber - 1)
    this.#latest = rtpTimestamp(firstTimestamp)
  }

  /** Which payload types are forwarded, and as which; all others are not. */
  mapPayloadTypes(pairs: Iterable<readonly [from: number, to: number]>): void {
    this.#payloadTypes.fill(NOT_FORWARDED)
    for (const [from, to] of pairs) this.#payloadTypes[from & 0x7f] = to & 0x7f
  }

  /**
   * Rewrites a received packet where it lies, to be sent on undecoded.
   * @returns false when it must not be: payload type without a counterpart, or from before this source took over
   */
  forward(packet: RtpPacket, nowMs: number): boolean {
    const payloadType = this.#payloadTypes[packet.payloadType] ?? NOT_FORWARDED
    if (payloadType === NOT_FORWARDED) return false
    const isSwitch = this.#isSwitch(packet)
    if (isSwitch) this.#enter(packet.ssrc, packet.sequenceNumber, packet.timestamp, nowMs)
    const sequence = sequenceNumber(packet.sequenceNumber + this.#sequenceOffset)
    if (sequenceDistance(this.#floor, sequence) < 0) return false
    const timestamp = rtpTimestamp(packet.timestamp + this.#timestampOffset)
    const { octets } = packet
    octets[1] = (isSwitch || packet.hasMarker ? 0x80 : 0) | payloadType
    writeUint16(octets, 2, sequence)
    writeUint32(octets, 4, timestamp)
    writeUint32(octets, 8, this.ssrc)
    this.#count(sequence, timestamp, packet.payloadOctets, nowMs)
    return true
  }

  /** Writes the header of a packet of our own at the start of `target`. @returns its octets; the payload goes behind */
  writeOwn(target: Uint8Array, { payloadType, timestamp: ownTimestamp, hasMarker, payloadOctets }: OwnPacket, nowMs: number): number {
    const isSwitch = this.#source !== OWN
    if (isSwitch) this.#enter(OWN, sequenceNumber(0), ownTimestamp, nowMs)
    const sequence = addToSequence(this.#highest, 1)
    const timestamp = rtpTimestamp(ownTimestamp + this.#timestampOffset)
    this.#count(sequence, timestamp, payloadOctets, nowMs)
    return writeRtpHeader(target, { payloadType, hasMarker: isSwitch || hasMarker, sequenceNumber: sequence, timestamp, ssrc: this.ssrc })
  }

  /** The next packet is that of another source, even if its SSRC is the same: a re-INVITE, the end of a hold. */
  interrupt(): void {
    this.#source = NONE
  }

  /** Where the media clock stands, for sender reports (RFC 3550 §6.4.1). */
  timestampAt(nowMs: number): RtpTimestamp {
    return addTicks(this.#latest, Math.round(((nowMs - this.#latestMs) * this.#clockRateHz) / 1_000))
  }

  get packetCount(): number {
    return this.#packetCount
  }

  /** Of payload, without headers. */
  get octetCount(): number {
    return this.#octetCount
  }

  #isSwitch({ ssrc, sequenceNumber: sequence, timestamp }: RtpPacket): boolean {
    if (ssrc !== this.#source) return true
    const step = sequenceDistance(this.#highest, sequenceNumber(sequence + this.#sequenceOffset))
    const ticks = ticksBetween(this.#latest, rtpTimestamp(timestamp + this.#timestampOffset))
    return step < -MAX_MISORDER || Math.abs(ticks) > MAX_TIMESTAMP_STEP_S * this.#clockRateHz
  }

  /** Lets a source go on where the one before stands. */
  #enter(source: number, sequence: SequenceNumber, timestamp: RtpTimestamp, nowMs: number): void {
    const isFirst = this.#packetCount === 0
    const next = addToSequence(this.#highest, 1)
    const now = isFirst ? this.#latest : addTicks(this.#latest, Math.max(1, ticksBetween(this.#latest, this.timestampAt(nowMs))))
    this.#source = source
    this.#sequenceOffset = next - sequence
    this.#timestampOffset = now - timestamp
    this.#floor = next
  }

  #count(sequence: SequenceNumber, timestamp: RtpTimestamp, payloadOctets: number, nowMs: number): void {
    const isNewest = this.#packetCount === 0 || sequenceDistance(this.#highest, sequence) > 0
    if (isNewest) {
      this.#highest = sequence
      this.#latest = timestamp
      this.#latestMs = nowMs
    }
    // The floor moves along, so that it stays within half the numbers of the newest.
    if (sequenceDistance(this.#floor, this.#highest) > 2 * MAX_MISORDER) this.#floor = addToSequence(this.#highest, -2 * MAX_MISORDER)
    this.#packetCount++
    this.#octetCount += payloadOctets
  }
}
