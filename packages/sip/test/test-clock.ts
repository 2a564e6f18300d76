import type { Scheduler } from '../src/index.ts'

/** A clock that moves only when a test moves it. */
export class TestClock implements Scheduler {
  now = 0
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>()

  /** Timers that have been set and neither fired nor stopped. */
  get pending(): number {
    return this.#timers.size
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.now + ms, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Moves on, firing what falls due in order. */
  advance(ms: number): void {
    const until = this.now + ms
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0]
      if (!due) break
      this.#timers.delete(due)
      this.now = due.at
      due.callback()
    }
    this.now = until
  }
}
