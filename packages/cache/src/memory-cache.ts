import { type Cache, CacheError, type CacheOperation } from './cache.ts'
import { gcra, toRateLimitResult } from './gcra.ts'
import { checkKey, toIntervalMicros, toPositiveTtl, toText, toTtl } from './limits.ts'
import { createEntries } from './memory-entries.ts'

export type MemoryCacheOptions = {
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Default 50 000. */
  readonly maxEntries?: number
  /** Characters of all keys and values together. Default 32 Mi. */
  readonly maxLength?: number
}

/** The cache inside one process. Full, it drops what was not used for longest. */
export function createMemoryCache(options: MemoryCacheOptions = {}): Cache {
  const now = options.now ?? Date.now
  const entries = createEntries({
    now,
    maxEntries: options.maxEntries ?? 50_000,
    maxLength: options.maxLength ?? 32 * 1024 * 1024,
  })
  let closed = false

  function begin(operation: CacheOperation, key: string): void {
    checkKey(key)
    if (closed) throw new CacheError('it is closed', { operation })
  }

  return {
    async get<T>(key: string) {
      begin('get', key)
      const entry = entries.read(key)
      return entry ? (JSON.parse(entry.text) as T) : undefined
    },
    async set(key, value, ttlMs) {
      begin('set', key)
      const text = toText(value)
      const ttl = toTtl(ttlMs)
      if (ttl <= 0) entries.remove(key)
      else entries.write(key, { text, expiresAtMs: now() + ttl })
    },
    async delete(key) {
      begin('delete', key)
      entries.remove(key)
    },
    async increment(key, ttlMs) {
      begin('increment', key)
      const ttl = toPositiveTtl(ttlMs)
      const entry = entries.read(key)
      const count = (entry ? toInteger(key, entry.text) : 0) + 1
      entries.write(key, { text: String(count), expiresAtMs: entry?.expiresAtMs ?? now() + ttl })
      return count
    },
    async rateLimit(key, limit) {
      begin('rateLimit', key)
      const intervalMicros = toIntervalMicros(limit)
      const entry = entries.read(key)
      const nowMicros = Math.round(now() * 1000)
      const storedTatMicros = entry && toInteger(key, entry.text)
      const { tatMicros, slackMicros } = gcra({ nowMicros, storedTatMicros, intervalMicros, burst: limit.burst })
      entries.write(key, { text: String(tatMicros), expiresAtMs: tatMicros / 1000 })
      return toRateLimitResult(slackMicros, intervalMicros)
    },
    ping: async () => ({ connected: !closed, latencyMs: 0 }),
    async close() {
      closed = true
      entries.clear()
    },
  }
}

function toInteger(key: string, text: string): number {
  if (!/^-?\d+$/.test(text)) throw new TypeError(`Cache key "${key}" holds a value, not a counter or rate limit`)
  return Number(text)
}
