import type { MediaClock } from '../src/tick/clock.ts'

/** A clock that moves only when a test moves it. */
export class TestClock implements MediaClock {
  #now = 1_000
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>()

  now(): number {
    return this.#now
  }

  unixMs(): number {
    return 1_763_800_000_000 + this.#now
  }

  at(timeMs: number, callback: () => void): () => void {
    const timer = { at: Math.max(timeMs, this.#now), callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  get pending(): number {
    return this.#timers.size
  }

  /** The process stands still: what falls due meanwhile fires late. */
  async stall(ms: number): Promise<void> {
    this.#now += ms
    await this.advance(0)
  }

  /** Moves on, firing what falls due in order; what files and promises have to do is done in between. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    for (;;) {
      let due: { readonly at: number; readonly callback: () => void } | undefined
      for (const timer of this.#timers) if (timer.at <= until && (!due || timer.at < due.at)) due = timer
      if (!due) break
      this.#timers.delete(due)
      this.#now = Math.max(this.#now, due.at)
      due.callback()
      await settle()
    }
    this.#now = until
    await settle()
  }
}

/** Promises of fakes take a few turns. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve()
}
