import { SourceLatch } from '@voipbin/rtp'
import { FrameResampler } from '../audio/frame-resampler.ts'
import { LegInput } from '../leg/leg-input.ts'
import { LegOutput } from '../leg/leg-output.ts'
import type { LegMedia, StreamPeer } from '../media-engine.ts'
import type { MediaSocket } from '../network/sockets.ts'
import type { MediaClock } from '../tick/clock.ts'
import { FRAME_MS } from '../tick/ticker.ts'
import type { Carrier, OnMark } from './carrier.ts'

export type RtpCarrierOptions = {
  readonly peer: StreamPeer
  readonly clock: MediaClock
  readonly random: () => number
  readonly isHeard: boolean
  readonly onMark: OnMark
}

type Pending = { readonly mark: string; framesLeft: number }
const FRAMES_PER_SECOND = 1_000 / FRAME_MS
const unconcerned = { onMedia: () => {}, onEvent: () => {}, onDigit: () => {}, onFormat: () => {} }

/**
 * RTP with one host: always sent to the very address that was agreed on, taken from any port of that host and from nobody else. No RTCP:
 * such hosts send none, and what is lost there is theirs to count.
 */
export class RtpCarrier implements Carrier {
  socket: MediaSocket | undefined
  readonly #peer: StreamPeer
  readonly #clock: MediaClock
  readonly #onMark: OnMark
  readonly #input: LegInput
  readonly #output: LegOutput
  readonly #sent: FrameResampler
  #said = new Int16Array(0)
  #marks: Pending[] = []

  constructor({ peer, clock, random, isHeard, onMark }: RtpCarrierOptions) {
    this.#peer = peer
    this.#clock = clock
    this.#onMark = onMark
    const { address, port, codec } = peer
    const terms = { signalled: { address, port }, signallingAddress: address, payloadTypes: [codec.receivePayloadType] }
    this.#input = new LegInput(new SourceLatch(terms), unconcerned)
    this.#output = new LegOutput({ latch: { destination: () => terms.signalled }, random, onDigitsSent: () => {} })
    this.#sent = new FrameResampler(codec.clockRate / FRAMES_PER_SECOND)
    const media: LegMedia = {
      ...{ remoteAddress: address, remoteRtpPort: port, remoteRtcpPort: 0, signallingAddress: address, codec, alternatives: [] },
      ...{ telephoneEvent: undefined, ptimeMs: FRAME_MS, sends: isHeard, receives: true },
    }
    this.#input.configure(media)
    this.#output.configure(media)
  }

  bind(socket: MediaSocket): void {
    this.socket = socket
    this.#output.socket = socket
  }

  readonly receive = (datagram: Buffer, address: string, port: number): void => {
    if (address === this.#peer.address && this.#input.receive(datagram, address, port, this.#clock.now())) this.#input.put()
  }

  take(): Int16Array | undefined {
    const input = this.#input
    if (this.#marks.length > 0) this.#countDown()
    const samples = input.rate / FRAMES_PER_SECOND
    if (this.#said.length !== samples) this.#said = new Int16Array(samples)
    return input.take(this.#said) ? this.#said : undefined
  }

  send(heard: Int16Array, frame: number, nowMs: number): void {
    this.#output.speak(this.#sent.convert(heard), undefined, frame, nowMs)
  }

  /** It says what its host sends, and nothing else. */
  feed(): void {}

  mark(mark: string): void {
    this.#marks.push({ mark, framesLeft: Math.ceil(this.#input.jitterBufferMs / FRAME_MS) })
  }

  flush(): void {
    this.#input.interrupt()
    for (const { mark } of this.#marks.splice(0)) this.#onMark({ mark, isFlushed: true, error: '' })
  }

  close(): void {
    this.flush()
    this.#input.close()
    this.socket?.close()
  }

  #countDown(): void {
    for (const pending of this.#marks) pending.framesLeft--
    const due = this.#marks.filter(({ framesLeft }) => framesLeft < 0)
    if (due.length === 0) return
    this.#marks = this.#marks.filter(({ framesLeft }) => framesLeft >= 0)
    for (const { mark } of due) this.#onMark({ mark, isFlushed: false, error: '' })
  }
}
