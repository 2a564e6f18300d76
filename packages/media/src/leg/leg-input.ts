import {
  type AudioCodec,
  DigitDecoder,
  isRtcp,
  JitterBuffer,
  PitchConcealer,
  RtpPacket,
  type RtpTimestamp,
  type SourceLatch,
  SourceStatistics,
} from '@voipbin/rtp'
import type { LegMedia } from '../media-engine.ts'
import { FRAME_MS } from '../tick/ticker.ts'
import { audioCodecOf } from './audio-codec-of.ts'

/** Which sources are believed. */
export type InputLatch = Pick<SourceLatch, 'accept'>

export type InputListener = {
  /** The first packet came. */
  onMedia(): void
  /** A packet of a telephone-event, before what it makes known is told. */
  onEvent(timestamp: RtpTimestamp): void
  onDigit(digit: string, durationMs: number, timestamp: RtpTimestamp): void
  /** The peer changed codec or packet time: what was forwarded so far may have to be decoded. */
  onFormat(): void
}

/** More than this in one packet is nothing that was agreed on. */
const MAX_PACKET_MS = 120
const MAX_PACKET_SAMPLES = (48_000 * MAX_PACKET_MS) / 1_000
/** Decoded on the way to a jitter buffer: one for all legs, as nothing is kept in it. */
const decoded = new Int16Array(MAX_PACKET_SAMPLES)

/**
 * What has just come: one for all legs, as each packet is done with before the next is read. One a leg would keep the datagrams of all of
 * them from being collected, and be in no cache when it is needed.
 */
const packet = new RtpPacket()

const NOT_RECEIVED = -1
const OTHER_TIMES = 3

/** What one leg's peer sends: checked, counted, and put in order. */
export class LegInput {
  readonly counts = { malformed: 0, strangers: 0, ignored: 0 }
  readonly #latch: InputLatch
  readonly #listener: InputListener
  #statistics = new SourceStatistics(8_000)
  #ssrc: number | undefined
  /** Of sources before the present one. */
  readonly #earlier = { received: 0, expected: 0 }
  #codecs: readonly { readonly payloadType: number; readonly codec: AudioCodec }[] = []
  #eventPayloadType = NOT_RECEIVED
  #isReceiving = false
  #digits: DigitDecoder | undefined
  #digitsRate = 0
  #jitter: JitterBuffer | undefined
  #jitterRate = 0
  #hasMedia = false
  /** Packets in a row that were of another packet time. */
  #otherTimes = 0
  /** The codec that the peer uses now, and how much of it is in a packet. */
  codec: AudioCodec | undefined
  ptimeMs = 0
  lastPacketMs: number | undefined

  constructor(latch: InputLatch, listener: InputListener) {
    this.#latch = latch
    this.#listener = listener
  }

  configure({ codec, alternatives, telephoneEvent, receives, ptimeMs }: LegMedia): void {
    this.#codecs = [codec, ...alternatives].map((each) => ({ payloadType: each.receivePayloadType, codec: audioCodecOf(each) }))
    this.#eventPayloadType = telephoneEvent?.receivePayloadType ?? NOT_RECEIVED
    this.#decodeDigitsAt(codec.clockRate)
    this.#isReceiving = receives
    if (this.codec === undefined || !this.#codecs.some((known) => known.codec === this.codec)) this.codec = audioCodecOf(codec)
    if (this.ptimeMs === 0) this.ptimeMs = ptimeMs
  }

  /** Events are counted in the clock of the audio beside them (RFC 4733 §2.1). */
  #decodeDigitsAt(clockRateHz: number): void {
    if (this.#digitsRate === clockRateHz) return
    this.#digits?.close()
    this.#digitsRate = clockRateHz
    this.#digits = new DigitDecoder({
      clockRateHz,
      onDigit: ({ digit, durationMs }, timestamp) => this.#listener.onDigit(digit, durationMs, timestamp),
    })
  }

  get rate(): number {
    return this.codec?.sampleRateHz ?? 8_000
  }

  /**
   * Checks and counts a datagram of the RTP port. @returns whether its packet, in `packet`, is one to be heard or forwarded; digits in it
   * have been read
   */
  receive(datagram: Buffer, address: string, port: number, nowMs: number): boolean {
    if (isRtcp(datagram) || !packet.read(datagram)) {
      this.counts.malformed++
      return false
    }
    if (!this.#latch.accept(address, port, packet.payloadType, nowMs)) {
      this.counts.strangers++
      return false
    }
    this.lastPacketMs = nowMs
    this.#count(nowMs)
    if (this.isEvent) {
      this.#listener.onEvent(packet.timestamp)
      this.#digits?.receive(packet, nowMs)
    } else if (!this.#noteFormat()) return false
    return this.#isReceiving
  }

  /** Whether the packet that `receive()` took is one of a telephone-event. */
  get isEvent(): boolean {
    return packet.payloadType === this.#eventPayloadType
  }

  /** Pressed now, as far as RTP tells. */
  get openDigit(): string | undefined {
    return this.#digits?.openDigit
  }

  /** The packet that `receive()` took, until the next comes. */
  get packet(): RtpPacket {
    return packet
  }

  /** Decodes the packet that `receive()` took, for `take()`. */
  put(): void {
    const { codec } = this
    if (this.isEvent || !codec) return
    if (packet.payloadOctets > codec.octetsPerSample * codec.sampleRateHz * (MAX_PACKET_MS / 1_000)) {
      this.counts.malformed++
      return
    }
    const samples = codec.decode(packet.octets, packet.payloadStart, packet.payloadEnd, decoded)
    this.#jitterBuffer(codec).put(packet, decoded, samples)
  }

  /** Fills a frame of the present rate. @returns false where there is nothing to hear: it is silence */
  take(frame: Int16Array): boolean {
    if (this.#jitter && this.#jitterRate === this.rate) return this.#jitter.take(frame) !== 'silence'
    frame.fill(0)
    return false
  }

  /** Nothing is decoded for a while: what comes after it must not be taken for the continuation. */
  interrupt(): void {
    this.#jitter?.reset()
  }

  /** Ends digits whose end got lost. */
  expireDigits(nowMs: number): void {
    this.#digits?.expire(nowMs)
  }

  close(): void {
    this.#digits?.close()
  }

  get statistics(): SourceStatistics {
    return this.#statistics
  }

  get ssrc(): number | undefined {
    return this.#ssrc
  }

  get jitterBufferMs(): number {
    return this.#jitter?.bufferedMs ?? 0
  }

  get packetsReceived(): number {
    return this.#earlier.received + this.#statistics.receivedPackets
  }

  get packetsLost(): number {
    return Math.max(0, this.#earlier.expected + this.#statistics.expectedPackets - this.packetsReceived)
  }

  #count(nowMs: number): void {
    if (packet.ssrc !== this.#ssrc) this.#changeSource(packet.ssrc)
    this.#statistics.receive(packet.sequenceNumber, packet.timestamp, nowMs)
    if (this.#hasMedia) return
    this.#hasMedia = true
    this.#listener.onMedia()
  }

  #changeSource(ssrc: number): void {
    this.#earlier.received += this.#statistics.receivedPackets
    this.#earlier.expected += this.#statistics.expectedPackets
    this.#ssrc = ssrc
    this.#statistics = new SourceStatistics(this.codec?.clockRateHz ?? 8_000)
  }

  /** @returns false where the payload type is none that we decode */
  #noteFormat(): boolean {
    let index = -1
    for (let at = 0; at < this.#codecs.length && index < 0; at++) if (this.#codecs[at]?.payloadType === packet.payloadType) index = at
    const codec = this.#codecs[index]?.codec
    if (!codec) {
      this.counts.ignored++
      return false
    }
    this.#noteTime(codec, (packet.payloadOctets * 1_000) / (codec.octetsPerSample * codec.sampleRateHz))
    return true
  }

  /** Another codec counts at once; another packet time once it lasts, as the end of a talkspurt may be a short packet. */
  #noteTime(codec: AudioCodec, ptimeMs: number): void {
    this.#otherTimes = ptimeMs === this.ptimeMs ? 0 : this.#otherTimes + 1
    if (codec === this.codec && this.#otherTimes < OTHER_TIMES) return
    this.#otherTimes = 0
    this.codec = codec
    this.ptimeMs = ptimeMs
    this.#listener.onFormat()
  }

  #jitterBuffer(codec: AudioCodec): JitterBuffer {
    if (this.#jitter && this.#jitterRate === codec.sampleRateHz) return this.#jitter
    this.#jitterRate = codec.sampleRateHz
    const { sampleRateHz, clockRateHz } = codec
    this.#jitter = new JitterBuffer({ sampleRateHz, clockRateHz, frameMs: FRAME_MS, concealer: new PitchConcealer(sampleRateHz) })
    return this.#jitter
  }
}
