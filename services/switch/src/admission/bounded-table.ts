type Entry<T> = { readonly value: T; readonly until: number }

/**
 * Values by key, each for a time, and at most so many: what strangers send decides the keys, so the memory must not be theirs. Past the
 * bound, what was written longest ago goes.
 */
export class BoundedTable<T> {
  readonly #entries = new Map<string, Entry<T>>()
  readonly #max: number
  readonly #now: () => number

  constructor({ max, now }: { readonly max: number; readonly now: () => number }) {
    this.#max = max
    this.#now = now
  }

  /** Those that are over may be counted still. */
  get size(): number {
    return this.#entries.size
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    if (entry.until > this.#now()) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  set(key: string, value: T, lifeMs: number): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, until: this.#now() + lifeMs })
    for (const [oldest, { until }] of this.#entries) {
      if (this.#entries.size <= this.#max && until > this.#now()) return
      this.#entries.delete(oldest)
    }
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }
}
