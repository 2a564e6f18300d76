import {
  type AudioCodec,
  OutgoingStream,
  RTP_HEADER_OCTETS,
  type RtpPacket,
  type RtpTimestamp,
  rtpTimestamp,
  type SourceLatch,
  TELEPHONE_EVENT_OCTETS,
} from '@voipbin/rtp'
import type { LegMedia, SendDigitsOptions } from '../media-engine.ts'
import type { MediaSocket } from '../network/sockets.ts'
import { FRAME_MS } from '../tick/ticker.ts'
import { audioCodecOf } from './audio-codec-of.ts'
import { DigitSender, type EventSink } from './digit-sender.ts'
import { Packetiser, type PacketSink } from './packetiser.ts'

export type OutputOptions = {
  readonly latch: Pick<SourceLatch, 'destination'>
  readonly random: () => number
  readonly onDigitsSent: () => void
}

const EVENT_BUFFERS = 4

const MIN_PTIME_MS = 10
const MAX_PTIME_MS = 60

/** Whatever a peer has asked for: packets of whole 10 ms that are neither too small to be carried nor too long to be waited for. */
function boundedPtime(ptimeMs: number): number {
  const whole = Math.round(ptimeMs / MIN_PTIME_MS) * MIN_PTIME_MS
  return Math.min(MAX_PTIME_MS, Math.max(MIN_PTIME_MS, Number.isFinite(whole) ? whole : FRAME_MS))
}

type Packet = { readonly octets: Buffer; readonly firstTick: number }

/** What one leg's peer is sent: one stream, whatever it is made of. Nothing is sent where the latch knows no destination. */
export class LegOutput implements PacketSink, EventSink {
  socket: MediaSocket | undefined
  readonly digits: DigitSender
  readonly #latch: OutputOptions['latch']
  readonly #random: () => number
  readonly #eventBuffers = Array.from({ length: EVENT_BUFFERS }, () => Buffer.alloc(RTP_HEADER_OCTETS + TELEPHONE_EVENT_OCTETS))
  #eventBuffer = 0
  #media: LegMedia | undefined
  #packetiser: Packetiser | undefined
  #stream: OutgoingStream | undefined
  /** Of streams before the present one. */
  #packetsBefore = 0
  #nowMs = 0
  #hasSentInTurn = false
  /** The second packet of a turn, where a packet is shorter than a turn: it leaves half a turn later. */
  #held: Packet | undefined
  /** Tick behind the last packet of audio: a gap begins a new talkspurt. */
  #nextTick = -1

  constructor({ latch, random, onDigitsSent }: OutputOptions) {
    this.#latch = latch
    this.#random = random
    this.digits = new DigitSender(this, onDigitsSent)
  }

  get stream(): OutgoingStream | undefined {
    return this.#stream
  }

  get codec(): AudioCodec | undefined {
    return this.#packetiser?.codec
  }

  get ptimeMs(): number {
    return this.#packetiser?.ptimeMs ?? 0
  }

  get packetsSent(): number {
    return this.#packetsBefore + (this.#stream?.packetCount ?? 0)
  }

  get canSend(): boolean {
    return this.#media?.sends === true
  }

  /** Another clock is another stream (RFC 7160 §4.1): anything else goes on in the one there is. */
  configure(media: LegMedia): void {
    const codec = audioCodecOf(media.codec)
    const ptimeMs = boundedPtime(media.ptimeMs)
    if (!this.#stream || this.#media?.codec.clockRate !== media.codec.clockRate) {
      this.#packetsBefore = this.packetsSent
      this.#stream = this.#newStream(media.codec.clockRate)
    }
    if (this.#packetiser?.codec !== codec || this.#packetiser.ptimeMs !== ptimeMs) {
      this.#packetiser = new Packetiser(codec, ptimeMs, this)
    }
    this.#media = media
  }

  /** Which of the peer's payload types are sent on undecoded as which of ours. */
  forwardAs(pairs: readonly (readonly [from: number, to: number])[]): void {
    this.#stream?.mapPayloadTypes(pairs)
  }

  /** Sends a packet on where it lies, rewritten. */
  forward(packet: RtpPacket, datagram: Buffer, nowMs: number): void {
    if (!this.canSend) return
    const to = this.#latch.destination(nowMs)
    if (to && this.#stream?.forward(packet, nowMs)) this.socket?.send(datagram, to.port, to.address)
  }

  sendDigits(options: Omit<SendDigitsOptions, 'leg'>, isAwaited: boolean): void {
    this.digits.add(options, isAwaited)
  }

  /**
   * One turn in which the peer is sent this frame, unless a digit takes its place.
   * @param encoded the same, in the codec, where others had it encoded already
   * @param frame counts turns
   */
  speak(samples: Int16Array, encoded: Uint8Array | undefined, frame: number, nowMs: number): void {
    const packetiser = this.#packetiser
    if (!packetiser || !this.canSend) return
    this.speakHalf(nowMs)
    this.#hasSentInTurn = false
    const tick = frame * samples.length
    if (this.digits.isSending && this.#sendDigit(samples, tick)) return
    if (encoded && !this.digits.isSending && packetiser.pushEncoded(encoded, tick)) return
    packetiser.push(samples, tick)
  }

  /** Between two turns: sends what was held back for then. */
  speakHalf(nowMs: number): void {
    this.#nowMs = nowMs
    const held = this.#held
    this.#held = undefined
    if (held && this.canSend) this.#sendAudio(held)
  }

  /** A turn without audio: only digits are sent. */
  rest(silence: Int16Array, frame: number, nowMs: number): void {
    if (!this.digits.isSending || !this.canSend) return
    this.speak(silence, undefined, frame, nowMs)
  }

  packet(octets: Buffer, firstTick: number): void {
    const packet = { octets, firstTick }
    if (this.#hasSentInTurn && this.ptimeMs < FRAME_MS) this.#held = packet
    else this.#sendAudio(packet)
    this.#hasSentInTurn = true
  }

  event(payload: Uint8Array, timestamp: RtpTimestamp, hasMarker: boolean): void {
    const octets = this.#eventBuffers[this.#eventBuffer]
    this.#eventBuffer = (this.#eventBuffer + 1) % EVENT_BUFFERS
    const payloadType = this.#media?.telephoneEvent?.sendPayloadType
    if (!octets || payloadType === undefined) return
    octets.set(payload, RTP_HEADER_OCTETS)
    this.#send(octets, payloadType, timestamp, hasMarker)
  }

  #sendAudio({ octets, firstTick }: Packet): void {
    const media = this.#media
    const packetiser = this.#packetiser
    if (!media || !packetiser) return
    const hasMarker = firstTick !== this.#nextTick
    this.#nextTick = firstTick + (packetiser.codec.sampleRateHz * packetiser.ptimeMs) / 1_000
    this.#send(octets, media.codec.sendPayloadType, rtpTimestamp(firstTick), hasMarker)
  }

  #sendDigit(samples: Int16Array, tick: number): boolean {
    if (this.#media?.telephoneEvent) return this.digits.sendEvent(this.#media.codec.clockRate, rtpTimestamp(tick))
    const tone = new Int16Array(samples.length)
    if (!this.digits.sendTone(tone)) return false
    this.#packetiser?.push(tone, tick)
    return true
  }

  #send(octets: Buffer, payloadType: number, timestamp: RtpTimestamp, hasMarker: boolean): void {
    const to = this.#latch.destination(this.#nowMs)
    if (!to || !this.#stream) return
    this.#stream.writeOwn(octets, { payloadType, timestamp, hasMarker, payloadOctets: octets.length - RTP_HEADER_OCTETS }, this.#nowMs)
    this.socket?.send(octets, to.port, to.address)
  }

  #newStream(clockRateHz: number): OutgoingStream {
    const bits = (count: number) => Math.floor(this.#random() * 2 ** count)
    return new OutgoingStream({ ssrc: bits(32), firstSequenceNumber: bits(16), firstTimestamp: bits(32), clockRateHz })
  }
}
