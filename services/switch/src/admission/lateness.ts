export type LatenessClock = {
  /** Milliseconds of a clock that is never set. */
  monotonic(): number
  after(ms: number, callback: () => void): () => void
}

const TICK_MS = 50
/** One stall is nothing to refuse calls for, and over when it is noticed. Overload is to be late again and again. */
const TICKS = 4

/** How late the event loop is at least, of late: what no tick was spared (as CoDel judges queues, RFC 8289 §3.2). */
export class Lateness {
  readonly #clock: LatenessClock
  readonly #recent: number[] = []
  #dueAt = 0
  #cancel = () => {}

  constructor(clock: LatenessClock) {
    this.#clock = clock
    this.#await()
  }

  get ms(): number {
    return this.#recent.length < TICKS ? 0 : Math.min(...this.#recent)
  }

  close(): void {
    this.#cancel()
  }

  #await(): void {
    this.#dueAt = this.#clock.monotonic() + TICK_MS
    this.#cancel = this.#clock.after(TICK_MS, () => {
      this.#recent.push(this.#clock.monotonic() - this.#dueAt)
      if (this.#recent.length > TICKS) this.#recent.shift()
      this.#await()
    })
  }
}
