import type { DigitMethod } from '../leg/info-duplicates.ts'
import type { Leg } from '../leg/leg.ts'
import type { MediaEvent } from '../media-event.ts'
import type { OpenSource } from '../playback/open-source.ts'
import { PlayQueue } from '../playback/play-queue.ts'
import { Recorders } from '../recording/recorders.ts'
import { Streams } from '../stream/streams.ts'
import { FRAME_MS } from '../tick/ticker.ts'
import { forwardBetween, stopForwarding } from './forward.ts'
import { Mixture } from './mixture.ts'
import { Seat, type SeatOptions } from './seat.ts'

export type BridgeOptions = {
  readonly id: string
  readonly affinity: string
  readonly slot: number
  readonly open: OpenSource
  readonly emit: (event: MediaEvent) => void
}

const LEAST_RATE = 8_000
const FRAMES_PER_SECOND = 1_000 / FRAME_MS
/** Between digits that are passed on. */
const DIGIT_GAP_MS = 60

/** Where legs hear each other. Two that agree in everything are forwarded undecoded; else all are mixed. */
export class Bridge {
  readonly id: string
  readonly affinity: string
  readonly slot: number
  readonly plays: PlayQueue
  readonly recorders = new Recorders()
  readonly streams = new Streams()
  readonly #seats = new Map<string, Seat>()
  readonly #mixture = new Mixture(LEAST_RATE / FRAMES_PER_SECOND)
  #played = new Int16Array(0)
  #frameSamples = LEAST_RATE / FRAMES_PER_SECOND
  #isForwarding = false

  constructor({ id, affinity, slot, open, emit }: BridgeOptions) {
    this.id = id
    this.affinity = affinity
    this.slot = slot
    this.plays = new PlayQueue({ open, emit, onChange: () => this.refreshPath() })
  }

  get legs(): readonly Leg[] {
    return [...this.#seats.values()].map(({ leg }) => leg)
  }

  get isForwarding(): boolean {
    return this.#isForwarding
  }

  join(options: SeatOptions): void {
    const { leg } = options
    const seat = new Seat(options, this.#mixture)
    this.#seats.set(leg.id, seat)
    leg.ear = seat
    this.refreshPath()
  }

  leave(leg: Leg): void {
    if (!this.#seats.delete(leg.id)) return
    leg.ear = undefined
    stopForwarding(leg)
    this.refreshPath()
  }

  /** To be called whenever something changed that decides between forwarding and mixing. */
  refreshPath(): void {
    const [one, other] = this.#seats.values()
    const isPlain = this.#seats.size === 2 && !this.plays.isPlaying && this.recorders.count + this.streams.count === 0
    this.#isForwarding = isPlain && one !== undefined && other !== undefined && forwardBetween(one, other)
    if (!this.#isForwarding) for (const { leg } of this.#seats.values()) stopForwarding(leg)
    let rate = LEAST_RATE
    for (const { leg } of this.#seats.values()) rate = Math.max(rate, leg.input.rate, leg.output.codec?.sampleRateHz ?? 0)
    this.#frameSamples = rate / FRAMES_PER_SECOND
  }

  /** Middle of a turn: all have been heard, and none has been answered. */
  mix(frame: number, nowMs: number): void {
    if (this.#isForwarding) return
    this.#mixture.begin(this.#frameSamples)
    for (const seat of this.#seats.values()) seat.speak()
    if (this.plays.isPlaying) this.#addPlayed()
    if (this.streams.count > 0) this.#addStreams(frame, nowMs)
    if (this.recorders.count > 0) this.recorders.write(this.#mixture.all, undefined, frame)
  }

  /** A digit of one of its legs. */
  receiveDigit(from: Leg, digit: string, durationMs: number, method: DigitMethod): void {
    this.plays.receiveDigit(digit)
    this.recorders.receiveDigit(digit)
    if (this.#seats.get(from.id)?.passDigits !== true) return
    for (const { leg } of this.#seats.values()) {
      if (leg === from) continue
      // Its packets have been forwarded already, where the other side takes them.
      if (method === 'rfc4733' && from.digitForwardedTo === leg.id && leg.media?.telephoneEvent) continue
      leg.output.sendDigits({ digits: digit, durationMs, gapMs: DIGIT_GAP_MS }, false)
      this.refreshPath()
    }
  }

  #addStreams(frame: number, nowMs: number): void {
    this.streams.take(this.#frameSamples)
    this.#fitPlayed()
    this.#played.fill(0)
    this.streams.addVoices('in', this.#played)
    this.#mixture.add(this.#played)
    this.streams.hear({ said: this.#mixture.all, heard: undefined, isDeaf: false }, frame, nowMs)
  }

  #fitPlayed(): void {
    if (this.#played.length !== this.#frameSamples) this.#played = new Int16Array(this.#frameSamples)
  }

  #addPlayed(): void {
    this.#fitPlayed()
    if (this.plays.read(this.#played)) this.#mixture.add(this.#played)
  }

  /** Resolves when the files of its recordings are whole. */
  async close(): Promise<void> {
    for (const leg of this.legs) this.leave(leg)
    this.plays.endAll('bridge_closed')
    this.streams.endAll('bridge_closed')
    await this.recorders.endAll('bridge_closed')
  }
}
