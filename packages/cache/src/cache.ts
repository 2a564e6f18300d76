/** A rate and how much of it may be used at once. Spacing is kept in whole microseconds, so rates above 10 000 a second are coarse. */
export type RateLimit = {
  readonly ratePerSecond: number
  /** Requests that an idle key lets through at once; at least 1. */
  readonly burst: number
}

export type RateLimitResult = {
  readonly allowed: boolean
  /** 0 when allowed; else exact, so often below 1. An HTTP `Retry-After` is this, rounded up. */
  readonly retryAfterSeconds: number
  /** Requests that would be let through right now. */
  readonly remaining: number
}

export type CacheState = { readonly connected: boolean; readonly latencyMs: number }

/**
 * What services may lose at any moment: every value in it can be made again from SQL or by asking. `memory-cache.ts` and
 * `redis-cache.ts` keep the same promises, by one conformance suite.
 *
 * Every operation ends within its budget (default 50 ms). Afterwards, or at once while the cache is known to be away, it
 * throws CacheError, and nobody knows whether it was done; callers go on without the cache.
 * Limits, broken only by mistakes in code and so a RangeError: keys 1 to 512 characters, well-formed Unicode; values
 * 262 144 characters of JSON; lives up to 31 days. Hash what a stranger chose the length of before it becomes a key.
 * One key has one use: a value, a counter or a rate limit.
 */
export type Cache = {
  /** A copy of the value, or undefined: never set, expired, evicted. Reads the count of a counter, too. */
  get<T>(key: string): Promise<T | undefined>
  /**
   * Keeps a JSON copy of `value` for `ttlMs`. A life of 0 or less is over already: the key is deleted.
   * @throws TypeError where the value has no JSON form
   */
  set(key: string, value: unknown, ttlMs: number): Promise<void>
  delete(key: string): Promise<void>
  /**
   * Adds one and returns the count. The counter lives `ttlMs` from its first increment, however often it is incremented.
   * @throws TypeError where the key holds a value that is no integer
   */
  increment(key: string, ttlMs: number): Promise<number>
  /**
   * Asks for one request under the generic cell rate algorithm; a refusal uses nothing up.
   * @throws TypeError where the key holds something else
   */
  rateLimit(key: string, limit: RateLimit): Promise<RateLimitResult>
  /** Round trip to the store. Never throws: a cache that is away is `connected: false`. */
  ping(): Promise<CacheState>
  /** Finishes what is in hand; later operations throw CacheError. */
  close(): Promise<void>
}

export type CacheOperation = 'get' | 'set' | 'delete' | 'increment' | 'rateLimit' | 'ping'

/** The cache is away or too slow. The operation may or may not have been done. */
export class CacheError extends Error {
  readonly operation: CacheOperation
  constructor(reason: string, options: { operation: CacheOperation; cause?: unknown }) {
    super(`Cannot ${options.operation} in the cache: ${reason}`, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'CacheError'
    this.operation = options.operation
  }
}
