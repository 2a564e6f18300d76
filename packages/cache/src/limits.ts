import type { RateLimit } from './cache.ts'

/** UTF-16 code units. */
export const MAX_KEY_LENGTH = 512
/** UTF-16 code units of JSON text. */
export const MAX_VALUE_LENGTH = 262_144
export const MAX_TTL_MS = 31 * 24 * 3600 * 1000

export function checkKey(key: string): void {
  if (key.length < 1 || key.length > MAX_KEY_LENGTH) {
    throw new RangeError(`Cache key has ${key.length} characters, not 1 to ${MAX_KEY_LENGTH}: "${key.slice(0, 40)}"`)
  }
  // Redis sees UTF-8, in which every lone surrogate becomes U+FFFD: different keys would meet.
  if (!key.isWellFormed()) throw new RangeError(`Cache key is not well-formed Unicode: "${key.slice(0, 40)}"`)
}

/** The JSON text that is stored. */
export function toText(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`Cannot cache a value without a JSON form: ${typeof value}`)
  if (text.length > MAX_VALUE_LENGTH) throw new RangeError(`Cache value has ${text.length} characters, above ${MAX_VALUE_LENGTH}`)
  return text
}

/** Whole milliseconds, rounded up, so that a positive life is never none. */
export function toTtl(ttlMs: number): number {
  if (Number.isNaN(ttlMs) || ttlMs > MAX_TTL_MS) throw new RangeError(`Cache life is ${ttlMs} ms, above ${MAX_TTL_MS}`)
  return Math.ceil(ttlMs)
}

export function toPositiveTtl(ttlMs: number): number {
  const ttl = toTtl(ttlMs)
  if (ttl <= 0) throw new RangeError(`Cache life of a counter is ${ttlMs} ms, not positive`)
  return ttl
}

/** Spacing between requests at the sustained rate, in microseconds. */
export function toIntervalMicros({ ratePerSecond, burst }: RateLimit): number {
  if (!(Number.isFinite(ratePerSecond) && ratePerSecond > 0)) throw new RangeError(`Rate is ${ratePerSecond} a second, not positive`)
  if (!(Number.isSafeInteger(burst) && burst >= 1)) throw new RangeError(`Burst is ${burst}, not an integer of at least 1`)
  const intervalMicros = Math.max(1, Math.round(1_000_000 / ratePerSecond))
  if (intervalMicros * burst > MAX_TTL_MS * 1000)
    throw new RangeError(`A burst of ${burst} at ${ratePerSecond} a second takes over 31 days to refill`)
  return intervalMicros
}
