import { BoundedTable } from './bounded-table.ts'

export type Rate = {
  /** At most this many at once, and this many in a window from then on. */
  readonly count: number
  readonly windowMs: number
}

/** How much each key has used of a rate, by the generic cell rate algorithm: one number a key. */
export class RateTable {
  readonly #rate: Rate
  readonly #now: () => number
  /** When the key's bucket is full again. */
  readonly #fullAt: BoundedTable<number>

  constructor(rate: Rate, bounds: { readonly max: number; readonly now: () => number }) {
    this.#rate = rate
    this.#now = bounds.now
    this.#fullAt = new BoundedTable(bounds)
  }

  /** Uses one; false, and nothing is used, where the key has none left. */
  take(key: string): boolean {
    if (!this.hasMore(key)) return false
    const { count, windowMs } = this.#rate
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, this.#now()) + windowMs / count
    this.#fullAt.set(key, fullAt, fullAt - this.#now())
    return true
  }

  hasMore(key: string): boolean {
    const { count, windowMs } = this.#rate
    const fullAt = Math.max(this.#fullAt.get(key) ?? 0, this.#now()) + windowMs / count
    // Sums of fractions may miss the window by a trifle.
    return fullAt - this.#now() <= windowMs + 0.001
  }
}
