export type LatenessClock = {
  /** Milliseconds of a clock that is never set. */
  monotonic(): number
  after(ms: number, callback: () => void): () => void
}

const TICK_MS = 50
/** One stall is nothing to refuse calls for, and over when it is noticed. Overload is to be late again and again. */
const TICKS = 4
/** A queue is looked at more often, and judged sooner: it grows on meanwhile, and whoever is refused has waited for all of it. */
const BACKLOG_TICK_MS = 25
const BACKLOG_TICKS = 4

/** How late the event loop is at least, of late, and how long new requests wait: what no tick was spared (as CoDel judges queues, RFC 8289 §3.2). */
export class Lateness {
  readonly #clock: LatenessClock
  readonly #late: number[] = []
  readonly #backlogs: number[] = []
  readonly #cancels = new Map<number, () => void>()

  constructor(clock: LatenessClock, backlogMs: () => number = () => 0) {
    this.#clock = clock
    this.#every(TICK_MS, (lateMs) => note(this.#late, lateMs, TICKS))
    this.#every(BACKLOG_TICK_MS, () => note(this.#backlogs, backlogMs(), BACKLOG_TICKS))
  }

  get ms(): number {
    return least(this.#late, TICKS)
  }

  get backlogMs(): number {
    return least(this.#backlogs, BACKLOG_TICKS)
  }

  close(): void {
    for (const cancel of this.#cancels.values()) cancel()
  }

  #every(ms: number, tick: (lateMs: number) => void): void {
    const dueAt = this.#clock.monotonic() + ms
    const cancel = this.#clock.after(ms, () => {
      tick(this.#clock.monotonic() - dueAt)
      this.#every(ms, tick)
    })
    this.#cancels.set(ms, cancel)
  }
}

const least = (recent: readonly number[], ticks: number): number => (recent.length < ticks ? 0 : Math.min(...recent))

function note(recent: number[], ms: number, kept: number): void {
  recent.push(ms)
  if (recent.length > kept) recent.shift()
}
