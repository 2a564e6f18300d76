export type LatenessClock = {
  /** Milliseconds of a clock that is never set. */
  monotonic(): number
  after(ms: number, callback: () => void): () => void
}

const TICK_MS = 50
/** One stall is nothing to refuse calls for, and over when it is noticed. Overload is to be late again and again. */
const TICKS = 4
/** Of a queue fewer are enough: it grows on meanwhile, and whoever is refused has waited for all of it. */
const BACKLOG_TICKS = 3

/** How late the event loop is at least, of late, and how long new requests wait: what no tick was spared (as CoDel judges queues, RFC 8289 §3.2). */
export class Lateness {
  readonly #clock: LatenessClock
  readonly #backlog: () => number
  readonly #late: number[] = []
  readonly #backlogs: number[] = []
  #dueAt = 0
  #cancel = () => {}

  constructor(clock: LatenessClock, backlogMs: () => number = () => 0) {
    this.#clock = clock
    this.#backlog = backlogMs
    this.#await()
  }

  get ms(): number {
    return least(this.#late, TICKS)
  }

  get backlogMs(): number {
    return least(this.#backlogs, BACKLOG_TICKS)
  }

  close(): void {
    this.#cancel()
  }

  #await(): void {
    this.#dueAt = this.#clock.monotonic() + TICK_MS
    this.#cancel = this.#clock.after(TICK_MS, () => {
      note(this.#late, this.#clock.monotonic() - this.#dueAt)
      note(this.#backlogs, this.#backlog())
      this.#await()
    })
  }
}

const least = (recent: readonly number[], ticks: number): number => (recent.length < ticks ? 0 : Math.min(...recent.slice(-ticks)))

function note(recent: number[], ms: number): void {
  recent.push(ms)
  if (recent.length > TICKS) recent.shift()
}
