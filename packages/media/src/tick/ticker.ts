import type { MediaClock } from './clock.ts'
import { Lateness } from './lateness.ts'

/** Every leg and bridge has its turn once in 20 ms. */
export const FRAME_MS = 20
/** Turns are spread over four slots, so that not all packets leave in one burst. */
export const SLOTS = 4
const SLOT_MS = FRAME_MS / SLOTS
/** What is not later than this is left to its timer. */
const PUNCTUAL_MS = 1
/** Further behind than this, as after a suspended process, turns are left out: a burst of old audio helps nobody. */
const MAX_BEHIND_MS = 100

/**
 * The beat of a worker. Deadlines are absolute, so that nothing drifts however late a timer fires.
 * `turn(slot, frame)`: `frame` counts 20 ms since the start and jumps over what was left out.
 */
export class Ticker {
  readonly lateness = new Lateness()
  readonly #clock: MediaClock
  readonly #turn: (slot: number, frame: number) => void
  readonly #startMs: number
  /** Slots since the start: the next to have its turn. */
  #next = 0
  #cancel: (() => void) | undefined
  #isTurning = false

  constructor(clock: MediaClock, turn: (slot: number, frame: number) => void) {
    this.#clock = clock
    this.#turn = turn
    this.#startMs = clock.now()
  }

  /** Counts of 20 ms since the start, whether the ticker runs or rests. */
  get frame(): number {
    return Math.floor((this.#clock.now() - this.#startMs) / FRAME_MS)
  }

  get isRunning(): boolean {
    return this.#cancel !== undefined
  }

  start(): void {
    if (this.#cancel) return
    this.#next = Math.floor((this.#clock.now() - this.#startMs) / SLOT_MS) + 1
    this.#wait()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /**
   * Turns that are due have their turn now. Timers wait until the event loop has handled all that sockets brought, which for 800 of them
   * takes as long as a frame: so whoever handles a packet calls this, and a turn waits for one packet and not for all.
   */
  catchUp(nowMs: number): void {
    if (this.#cancel && !this.#isTurning && nowMs - (this.#startMs + this.#next * SLOT_MS) > PUNCTUAL_MS) this.#takeTurns()
  }

  #wait(): void {
    this.#cancel = this.#clock.at(this.#startMs + this.#next * SLOT_MS, this.#wake)
  }

  readonly #wake = (): void => {
    this.#wait() // Set first: an error in a turn must not end the beat.
    this.#takeTurns()
    if (!this.#cancel) return // stopped in a turn
    this.#cancel()
    this.#wait()
  }

  #takeTurns(): void {
    this.#isTurning = true
    try {
      this.#takeDueTurns()
    } finally {
      this.#isTurning = false
    }
  }

  /** Those that are due now. Those that fall due meanwhile wait: where turns take longer than their time, nothing else would have any. */
  #takeDueTurns(): void {
    const nowMs = this.#clock.now()
    const behindMs = nowMs - (this.#startMs + this.#next * SLOT_MS)
    if (behindMs > MAX_BEHIND_MS) {
      this.lateness.add(behindMs)
      this.#next += Math.floor(behindMs / SLOT_MS)
    }
    while (this.#startMs + this.#next * SLOT_MS <= nowMs) {
      this.lateness.add(this.#clock.now() - (this.#startMs + this.#next * SLOT_MS))
      const slot = this.#next % SLOTS
      const frame = Math.floor(this.#next / SLOTS)
      this.#next++
      this.#turn(slot, frame)
      if (!this.#cancel) return // stopped in its turn
    }
  }
}
