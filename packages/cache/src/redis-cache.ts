import type { Redis, RedisOptions } from 'ioredis'
import type { Cache } from './cache.ts'
import { toRateLimitResult } from './gcra.ts'
import { checkKey, toIntervalMicros, toPositiveTtl, toText, toTtl } from './limits.ts'
import { createRedisLink, dropArguments, linkPolicy } from './redis-link.ts'
import { gcraScript, incrementScript, type Script } from './redis-scripts.ts'

export type RedisCacheOptions = {
  /** Before every key, so that one Redis can serve several systems. Default `voipbin:`. */
  readonly prefix?: string
  /** Longest time that an operation may take. Default 50. */
  readonly budgetMs?: number
}

/** How long opening waits for the first connection. A cache that is away stops no start. */
const FIRST_CONNECTION_MS = 1000

/**
 * The cache in one Redis 7, or compatible, shared by all processes. ioredis is loaded here and nowhere else, so that one
 * process on the memory cache does not pay for it. A certificate authority of your own goes into NODE_EXTRA_CA_CERTS.
 * @param url `redis://[user][:password]@host[:port][/database]`, or `rediss://` for TLS
 * @throws TypeError naming what is wrong with the URL
 */
export async function createRedisCache(url: string, options: RedisCacheOptions = {}): Promise<Cache> {
  const connection = parseRedisUrl(url)
  const { Redis: RedisClient } = await import('ioredis')
  const redis = new RedisClient({ ...linkPolicy, ...connection, keyPrefix: options.prefix ?? 'voipbin:', replyMapping: 'legacy' })
  const link = createRedisLink(redis, options.budgetMs ?? 50)
  await link.ready(FIRST_CONNECTION_MS)

  return {
    async get<T>(key: string) {
      checkKey(key)
      return fromText<T>(await link.run('get', () => redis.get(key)))
    },
    async set(key, value, ttlMs) {
      checkKey(key)
      const text = toText(value)
      const ttl = toTtl(ttlMs)
      await link.run<unknown>('set', () => (ttl <= 0 ? redis.del(key) : redis.set(key, text, 'PX', ttl)))
    },
    async delete(key) {
      checkKey(key)
      await link.run('delete', () => redis.del(key))
    },
    async increment(key, ttlMs) {
      checkKey(key)
      const ttl = toPositiveTtl(ttlMs)
      return await link.run('increment', () => runScript(redis, incrementScript, key, [ttl]))
    },
    async rateLimit(key, limit) {
      checkKey(key)
      const intervalMicros = toIntervalMicros(limit)
      const slack = await link.run('rateLimit', () => runScript(redis, gcraScript, key, [intervalMicros, limit.burst]))
      return toRateLimitResult(slack, intervalMicros)
    },
    async ping() {
      const sentAtMs = performance.now()
      const reply = await link.run('ping', () => redis.ping()).catch(() => undefined)
      return { connected: reply !== undefined, latencyMs: performance.now() - sentAtMs }
    },
    close: () => link.close(),
  }
}

/** Runs a script that returns a number. @throws TypeError where the key holds none */
async function runScript(redis: Redis, script: Script, key: string, args: readonly number[]): Promise<number> {
  try {
    return Number(await evaluate(redis, script, key, args))
  } catch (error) {
    dropArguments(error)
    if (!(error instanceof Error && error.message.includes('not an integer'))) throw error
    throw new TypeError(`Cache key "${key}" holds a value, not a counter or rate limit`, { cause: error })
  }
}

/** By hash; a Redis that was restarted or flushed has forgotten the script and gets it in full. */
async function evaluate(redis: Redis, script: Script, key: string, args: readonly number[]): Promise<unknown> {
  try {
    return await redis.evalsha(script.sha, 1, key, ...args)
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error
    return await redis.eval(script.lua, 1, key, ...args)
  }
}

/** Text that is no JSON was not written by us: as good as absent. */
function fromText<T>(text: string | null): T | undefined {
  if (text === null) return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

/** Read here rather than by ioredis, which would take any of its options from the query string. */
function parseRedisUrl(url: string): RedisOptions {
  const parsed = URL.parse(url)
  // The URL itself may hold a password: it is not repeated in the message.
  const refuse = (rule: string) => new TypeError(`Cannot open the Redis cache: ${rule}`)
  if (!parsed?.hostname) throw refuse('the URL must be redis://[user][:password]@host[:port][/database]')
  if (parsed.search || parsed.hash) throw refuse('the URL may carry no query or fragment')
  if (!/^\/?\d*$/.test(parsed.pathname)) throw refuse('the path of the URL must be a database number')
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port ? Number(parsed.port) : 6379,
    db: Number(parsed.pathname.slice(1)),
    username: decodeURIComponent(parsed.username) || undefined,
    password: decodeURIComponent(parsed.password) || undefined,
    tls: parsed.protocol === 'rediss:' ? {} : undefined,
  }
}
