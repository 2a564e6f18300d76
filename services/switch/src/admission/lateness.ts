export type LatenessClock = {
  /** Milliseconds of a clock that is never set. */
  monotonic(): number
  after(ms: number, callback: () => void): () => void
}

const TICK_MS = 50
/** What is left of an old lateness after each tick that was in time: it is forgotten within half a second. */
const DECAY = 0.7

/** How late the event loop is: the worst of late, soon forgotten. */
export class Lateness {
  readonly #clock: LatenessClock
  #dueAt: number
  #worstMs = 0
  #cancel: () => void

  constructor(clock: LatenessClock) {
    this.#clock = clock
    this.#dueAt = clock.monotonic() + TICK_MS
    this.#cancel = clock.after(TICK_MS, () => this.#tick())
  }

  /** A tick that is overdue counts already: what is asked first after a stall comes before the tick. */
  get ms(): number {
    return Math.max(this.#worstMs, this.#clock.monotonic() - this.#dueAt)
  }

  close(): void {
    this.#cancel()
  }

  #tick(): void {
    const now = this.#clock.monotonic()
    this.#worstMs = Math.max(now - this.#dueAt, this.#worstMs * DECAY)
    this.#dueAt = now + TICK_MS
    this.#cancel = this.#clock.after(TICK_MS, () => this.#tick())
  }
}
