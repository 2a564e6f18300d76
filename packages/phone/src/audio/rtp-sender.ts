import { randomBytes } from 'node:crypto'
import {
  type AudioCodec,
  addTicks,
  addToSequence,
  DigitEncoder,
  RTP_HEADER_OCTETS,
  rtpTimestamp,
  sequenceNumber,
  writeRtpHeader,
} from '@voipbin/rtp'
import type { NegotiatedMedia } from '@voipbin/sdp'
import { audioCodecOf } from './codecs.ts'
import { SAMPLE_RATE_HZ, type Source } from './sources.ts'

const MAX_PACKET_OCTETS = 1_500

type QueuedDigit = { readonly digit: string; readonly durationMs: number; readonly gapMs: number; readonly sent: () => void }
type Playing = { readonly source: Source; readonly ended: () => void }

/** What goes out on one RTP port: one packet a turn, sound or a digit, silence where there is neither. */
export class RtpSender {
  readonly #ssrc = randomBytes(4).readUInt32BE()
  readonly #packet = new Uint8Array(MAX_PACKET_OCTETS)
  readonly #digits = new DigitEncoder({ clockRateHz: SAMPLE_RATE_HZ })
  readonly #queue: QueuedDigit[] = []
  #sequence = sequenceNumber(randomBytes(2).readUInt16BE())
  #timestamp = rtpTimestamp(randomBytes(4).readUInt32BE())
  #codec: { readonly audio: AudioCodec; readonly payloadType: number } | undefined
  #eventPayloadType: number | undefined
  #frame = new Int16Array(0)
  #playing: Playing | undefined
  #gapFrames = 0
  #isFirst = true
  #packets = 0

  get packets(): number {
    return this.#packets
  }

  /** Whether digits can be sent as events. */
  get hasTelephoneEvent(): boolean {
    return this.#eventPayloadType !== undefined
  }

  agree({ codecs: [codec], telephoneEvent, ptimeMs }: NegotiatedMedia): void {
    const audio = audioCodecOf(codec)
    this.#codec = audio && { audio, payloadType: codec.sendPayloadType }
    this.#eventPayloadType = telephoneEvent?.sendPayloadType
    this.#frame = new Int16Array((ptimeMs * SAMPLE_RATE_HZ) / 1000)
  }

  /** Says this instead of what it said; resolves when it is over or replaced. */
  play(source: Source): Promise<void> {
    this.#playing?.ended()
    return new Promise((ended) => {
      this.#playing = { source, ended }
    })
  }

  stop(): void {
    this.#playing?.ended()
    this.#playing = undefined
  }

  sendDigit(digit: string, durationMs: number, gapMs: number): Promise<void> {
    return new Promise((sent) => {
      this.#queue.push({ digit, durationMs, gapMs, sent })
    })
  }

  /** The next packet, a view that is overwritten by the one after; undefined before anything was agreed on. */
  next(): Uint8Array | undefined {
    if (!this.#codec) return undefined
    const octets = this.#takeDigit() ?? this.#takeAudio(this.#codec)
    this.#timestamp = addTicks(this.#timestamp, this.#frame.length)
    this.#sequence = addToSequence(this.#sequence, 1)
    this.#packets++
    return octets
  }

  /** Time passes though nothing is sent. */
  skip(): void {
    this.#timestamp = addTicks(this.#timestamp, this.#frame.length)
    this.#isFirst = true
  }

  #takeDigit(): Uint8Array | undefined {
    const [first] = this.#queue
    if (this.#eventPayloadType === undefined || (!first && !this.#digits.isSending)) return undefined
    if (!this.#digits.isSending) {
      if (this.#gapFrames > 0) {
        this.#gapFrames--
        return undefined
      }
      if (first) this.#digits.start(first.digit, first.durationMs, this.#timestamp)
    }
    const count = this.#digits.write(this.#packet, RTP_HEADER_OCTETS)
    this.#writeHeader(this.#eventPayloadType, this.#digits.hasMarker, this.#digits.timestamp)
    if (!this.#digits.isSending && first) this.#finishDigit(first)
    // What is said meanwhile is not heard, but goes on.
    this.#playing?.source.read(this.#frame)
    return this.#packet.subarray(0, RTP_HEADER_OCTETS + count)
  }

  #finishDigit({ gapMs, sent }: QueuedDigit): void {
    this.#queue.shift()
    this.#gapFrames = Math.ceil((gapMs * SAMPLE_RATE_HZ) / 1000 / this.#frame.length)
    sent()
  }

  #takeAudio({ audio, payloadType }: { readonly audio: AudioCodec; readonly payloadType: number }): Uint8Array {
    if (!this.#playing?.source.read(this.#frame)) {
      this.#frame.fill(0)
      this.stop()
    }
    const count = audio.encode(this.#frame, this.#frame.length, this.#packet, RTP_HEADER_OCTETS)
    this.#writeHeader(payloadType, this.#isFirst, this.#timestamp)
    this.#isFirst = false
    return this.#packet.subarray(0, RTP_HEADER_OCTETS + count)
  }

  #writeHeader(payloadType: number, hasMarker: boolean, timestamp: ReturnType<typeof rtpTimestamp>): void {
    writeRtpHeader(this.#packet, { payloadType, hasMarker, sequenceNumber: this.#sequence, timestamp, ssrc: this.#ssrc })
  }
}
