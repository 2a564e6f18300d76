import { type AudioCodec, DigitDecoder, RtpPacket, type RtpTimestamp, sequenceDistance, ticksBetween } from '@voipbin/rtp'
import type { NegotiatedMedia } from '@voipbin/sdp'
import { audioCodecOf } from './codecs.ts'
import { Heard } from './heard.ts'
import { SAMPLE_RATE_HZ } from './sources.ts'

export type ReceivedCounts = {
  packets: number
  /** Missing sequence numbers; one that came late is not missing. */
  lost: number
  /** Packets of no payload type that was agreed on, and what is no RTP. */
  refused: number
}

/** Timestamps that say another place than the clock does by more than this began anew, as after a pause of the sender. */
const RESYNC_MS = 200
const MAX_PACKET_SAMPLES = 8 * 200

/** What comes in on one RTP port: sound on one line of time, digits, counts. */
export class RtpReceiver {
  readonly heard = new Heard()
  readonly counts: ReceivedCounts = { packets: 0, lost: 0, refused: 0 }
  /** Payload types as they came, each change once. */
  readonly payloadTypes: number[] = []
  readonly ssrcs: number[] = []
  readonly #packet = new RtpPacket()
  readonly #digits: DigitDecoder
  readonly #codecs = new Map<number, AudioCodec>()
  #eventPayloadType: number | undefined
  #startedMs: number | undefined
  #lastMs: number | undefined
  #lastSequence: number | undefined
  /** Where on the line of time a timestamp of the present source stands. */
  #anchor: { readonly ssrc: number; readonly timestamp: RtpTimestamp; readonly at: number } | undefined

  constructor(onDigit: (digit: string) => void) {
    this.#digits = new DigitDecoder({ clockRateHz: SAMPLE_RATE_HZ, onDigit: ({ digit }) => onDigit(digit) })
  }

  /** Milliseconds since the last packet; infinite before the first. */
  silentMs(nowMs: number): number {
    return this.#lastMs === undefined ? Number.POSITIVE_INFINITY : nowMs - this.#lastMs
  }

  /** Where on the line of time of `heard` we are now. */
  positionMs(nowMs: number): number {
    return this.#startedMs === undefined ? 0 : nowMs - this.#startedMs
  }

  agree({ codecs, telephoneEvent }: NegotiatedMedia): void {
    // Those agreed on before still come for a moment after a change.
    for (const codec of codecs) {
      const audio = audioCodecOf(codec)
      if (audio) this.#codecs.set(codec.receivePayloadType, audio)
    }
    this.#eventPayloadType = telephoneEvent?.receivePayloadType
  }

  receive(datagram: Uint8Array, nowMs: number): void {
    const packet = this.#packet
    if (!packet.read(datagram)) {
      this.counts.refused++
      return
    }
    this.#count(nowMs)
    if (packet.payloadType === this.#eventPayloadType) this.#digits.receive(packet, nowMs)
    else this.#receiveAudio(nowMs)
  }

  /** To be called now and then: ends digits whose end was lost. */
  tick(nowMs: number): void {
    this.#digits.expire(nowMs)
  }

  #count(nowMs: number): void {
    const { payloadType, ssrc, sequenceNumber } = this.#packet
    this.#startedMs ??= nowMs
    this.#lastMs = nowMs
    this.counts.packets++
    if (this.payloadTypes.at(-1) !== payloadType) this.payloadTypes.push(payloadType)
    if (!this.ssrcs.includes(ssrc)) {
      this.ssrcs.push(ssrc)
      this.#lastSequence = undefined
    }
    const step = this.#lastSequence === undefined ? 1 : sequenceDistance(this.#lastSequence as typeof sequenceNumber, sequenceNumber)
    if (step > 0) {
      this.counts.lost += step - 1
      this.#lastSequence = sequenceNumber
    } else if (step < 0) this.counts.lost--
  }

  #receiveAudio(nowMs: number): void {
    const { payloadType, octets, payloadStart, payloadEnd } = this.#packet
    const codec = this.#codecs.get(payloadType)
    if (!codec) {
      this.counts.refused++
      return
    }
    const samples = new Int16Array(MAX_PACKET_SAMPLES)
    const end = Math.min(payloadEnd, payloadStart + MAX_PACKET_SAMPLES * codec.octetsPerSample)
    const count = codec.decode(octets, payloadStart, end, samples)
    this.heard.write(this.#place(nowMs), samples.subarray(0, count))
  }

  #place(nowMs: number): number {
    const { ssrc, timestamp } = this.#packet
    const byClock = Math.round((this.positionMs(nowMs) * SAMPLE_RATE_HZ) / 1000)
    if (this.#anchor?.ssrc === ssrc) {
      const byTimestamp = this.#anchor.at + ticksBetween(this.#anchor.timestamp, timestamp)
      if (Math.abs(byTimestamp - byClock) <= (RESYNC_MS * SAMPLE_RATE_HZ) / 1000) return byTimestamp
    }
    this.#anchor = { ssrc, timestamp, at: byClock }
    return byClock
  }
}
