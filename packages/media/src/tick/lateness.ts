const BUCKETS_PER_MS = 4
const BUCKETS = 1_000 * BUCKETS_PER_MS

/** How late ticks came: counted in quarters of a millisecond, up to a second. */
export class Lateness {
  readonly #counts = new Uint32Array(BUCKETS)
  #ticks = 0
  #maxMs = 0

  add(lateMs: number): void {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor(lateMs * BUCKETS_PER_MS)))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#ticks++
    if (lateMs > this.#maxMs) this.#maxMs = lateMs
  }

  /** What has been counted since the last call. */
  take(): { readonly ticks: number; readonly p99Ms: number; readonly maxMs: number } {
    const result = { ticks: this.#ticks, p99Ms: this.#quantile(0.99), maxMs: this.#maxMs }
    this.#counts.fill(0)
    this.#ticks = 0
    this.#maxMs = 0
    return result
  }

  #quantile(share: number): number {
    let left = Math.ceil(this.#ticks * share)
    if (left === 0) return 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#counts[bucket] ?? 0
      if (left <= 0) return Math.min((bucket + 1) / BUCKETS_PER_MS, this.#maxMs)
    }
    return this.#maxMs
  }
}
