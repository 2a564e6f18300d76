import type { Cache } from './cache.ts'
import { createMemoryCache, type MemoryCacheOptions } from './memory-cache.ts'
import { createRedisCache, type RedisCacheOptions } from './redis-cache.ts'

/** Each implementation takes what concerns it. */
export type CacheOptions = MemoryCacheOptions & RedisCacheOptions

/**
 * Opens the cache that a URL names. With Redis away it opens all the same, and connects once Redis is back.
 * @throws TypeError where the URL is neither `memory:` nor a `redis://` or `rediss://` address
 */
export async function openCache(url: string, options: CacheOptions = {}): Promise<Cache> {
  if (url === 'memory:') return createMemoryCache(options)
  if (/^rediss?:\/\//.test(url)) return await createRedisCache(url, options)
  throw new TypeError('Cannot open the cache: its URL must be "memory:", "redis://host[:port][/database]" or "rediss://…"')
}
