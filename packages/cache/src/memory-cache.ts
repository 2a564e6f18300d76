import { type Cache, CacheError, type CacheOperation } from './cache.ts'
import { gcra, toRateLimitResult } from './gcra.ts'
import { checkKey, toIntervalMicros, toPositiveTtl, toText, toTtl } from './limits.ts'

export type MemoryCacheOptions = {
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Default 50 000. */
  readonly maxEntries?: number
  /** Characters of all keys and values together. Default 32 Mi. */
  readonly maxLength?: number
}

type Entry = { readonly text: string; readonly expiresAtMs: number }

/** Entries looked at by every write in search of expired ones: two, so that a full sweep comes before as many new keys. */
const SWEPT_PER_WRITE = 2

/** The cache inside one process. Full, it drops the entry that was not used for longest; expired ones go before that. */
export function createMemoryCache(options: MemoryCacheOptions = {}): Cache {
  const now = options.now ?? Date.now
  const entries = createEntries(options.maxEntries ?? 50_000, options.maxLength ?? 32 * 1024 * 1024, now)
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

/** A map in order of use, oldest first, bounded in entries and characters. */
function createEntries(maxEntries: number, maxLength: number, now: () => number) {
  const entries = new Map<string, Entry>()
  let length = 0
  let sweep = entries.entries()

  function remove(key: string): void {
    const entry = entries.get(key)
    if (!entry) return
    entries.delete(key)
    length -= key.length + entry.text.length
  }

  function add(key: string, entry: Entry): void {
    entries.set(key, entry)
    length += key.length + entry.text.length
  }

  function sweepSome(): void {
    for (let count = 0; count < SWEPT_PER_WRITE; count++) {
      const next = sweep.next()
      if (next.done) sweep = entries.entries()
      else if (next.value[1].expiresAtMs <= now()) remove(next.value[0])
    }
  }

  return {
    remove,
    read(key: string): Entry | undefined {
      const entry = entries.get(key)
      if (!entry) return undefined
      if (entry.expiresAtMs <= now()) {
        remove(key)
        return undefined
      }
      entries.delete(key)
      entries.set(key, entry)
      return entry
    },
    write(key: string, entry: Entry): void {
      sweepSome()
      remove(key)
      add(key, entry)
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries && length <= maxLength) return
        remove(oldest)
      }
    },
    clear(): void {
      entries.clear()
      length = 0
    },
  }
}
