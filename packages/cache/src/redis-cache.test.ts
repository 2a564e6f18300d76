import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { requireServer } from '@voipbin/test-kit'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { describeCache } from '../test/cache-conformance.ts'
import { openTcpProxy, type TcpProxy } from '../test/tcp-proxy.ts'
import { type Cache, CacheError } from './cache.ts'
import { createRedisCache, type RedisCacheOptions } from './redis-cache.ts'

const server = requireServer('cache')
const url = server ?? ''

const prefix = () => `test:${randomUUID()}:`
/** Wide enough that a busy test machine is no reason to fail. */
const wideBudgetMs = 5000

describe.skipIf(server === undefined)('with a server', () => {
  describeCache('redis cache', async () => ({
    cache: await createRedisCache(url, { prefix: prefix(), budgetMs: wideBudgetMs }),
    advance: (ms) => sleep(ms + 5),
  }))

  const closables: { close(): unknown }[] = []
  afterEach(async () => {
    for (const closable of closables.splice(0).reverse()) await closable.close()
  })

  async function open(at: string, options: RedisCacheOptions = {}): Promise<Cache> {
    const cache = await createRedisCache(at, { prefix: prefix(), budgetMs: wideBudgetMs, ...options })
    closables.push(cache)
    return cache
  }

  function openRaw(at: string): Redis {
    const redis = new Redis(at)
    closables.push({ close: () => redis.quit() })
    return redis
  }

  describe('what is written', () => {
    test('every key carries the prefix and a life', async () => {
      const raw = openRaw(url)
      const own = prefix()
      const cache = await open(url, { prefix: own })
      await cache.set('value', 1, 60_000)
      await cache.increment('counter', 60_000)
      await cache.rateLimit('limit', { ratePerSecond: 1, burst: 60 })
      const keys = await raw.keys(`${own}*`)
      expect(keys.toSorted()).toEqual([`${own}counter`, `${own}limit`, `${own}value`])
      for (const key of keys) expect(await raw.pttl(key)).toBeGreaterThan(0)
    })

    test('the prefix is voipbin: unless told otherwise', async () => {
      const cache = await createRedisCache(url)
      closables.push(cache)
      const key = `test-${randomUUID()}`
      await cache.set(key, 1, 10_000)
      expect(await openRaw(url).get(`voipbin:${key}`)).toBe('1')
    })

    test('a counter that lost its life gets one, and foreign text is as good as absent', async () => {
      const raw = openRaw(url)
      const own = prefix()
      const cache = await open(url, { prefix: own })
      await raw.set(`${own}counter`, 5)
      expect(await cache.increment('counter', 60_000)).toBe(6)
      expect(await raw.pttl(`${own}counter`)).toBeGreaterThan(0)
      await raw.set(`${own}foreign`, 'not JSON', 'PX', 10_000)
      expect(await cache.get('foreign')).toBeUndefined()
    })

    test('an error carries no arguments, which could be secrets', async () => {
      const cache = await open(url)
      await cache.set('key', 'secret', 10_000)
      await openRaw(url).script('FLUSH')
      const error = await cache.increment('key', 1000).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ cause: expect.objectContaining({ message: expect.stringContaining('not an integer') }) })
      expect((error as Error).cause).not.toHaveProperty('command')
    })

    test('two processes share values and limits', async () => {
      const own = prefix()
      const [one, two] = [await open(url, { prefix: own }), await open(url, { prefix: own })]
      await one.set('key', 'shared', 10_000)
      expect(await two.get('key')).toBe('shared')
      const limit = { ratePerSecond: 0.1, burst: 10 }
      const results = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? one : two).rateLimit('limit', limit)))
      expect(results.filter((result) => result.allowed)).toHaveLength(10)
    })
  })

  describe('a Redis that forgets', () => {
    // A database of its own, because other suites use the same server. Scripts are the server's: all users reload them.
    const lastDatabase = `${url.replace(/\/\d*$/, '')}/15`

    test('after FLUSHDB and SCRIPT FLUSH everything works, from nothing', async () => {
      const raw = openRaw(lastDatabase)
      const cache = await open(lastDatabase)
      const limit = { ratePerSecond: 0.1, burst: 1 }
      await cache.set('key', 1, 60_000)
      await cache.increment('counter', 60_000)
      await cache.rateLimit('limit', limit)
      await raw.flushdb()
      await raw.script('FLUSH')
      expect(await cache.get('key')).toBeUndefined()
      expect(await Promise.all([cache.increment('counter', 60_000), cache.increment('counter', 60_000)])).toEqual([1, 2])
      expect(await cache.rateLimit('limit', limit)).toMatchObject({ allowed: true })
      expect(await cache.rateLimit('limit', limit)).toMatchObject({ allowed: false })
    })
  })

  describe('over a bad wire', () => {
    const budgetMs = 50
    /** The budget, and what a busy machine may add to it. */
    const soonMs = budgetMs + 100
    let proxy: TcpProxy
    let cache: Cache
    const complaints = vi.spyOn(console, 'error')

    beforeEach(async () => {
      complaints.mockClear()
      const { hostname, port } = new URL(url)
      proxy = await openTcpProxy({ host: hostname, port: Number(port || 6379) })
      closables.push(proxy)
      cache = await open(`redis://127.0.0.1:${proxy.port}`, { budgetMs })
    })
    afterEach(() => {
      expect(complaints).not.toHaveBeenCalled()
    })

    async function failSoon(operation: () => Promise<unknown>): Promise<CacheError> {
      const start = performance.now()
      const error = await operation().then(
        () => undefined,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(CacheError)
      expect(performance.now() - start).toBeLessThan(soonMs)
      return error as CacheError
    }

    const untilConnected = () => vi.waitUntil(async () => (await cache.ping()).connected, { timeout: 15_000, interval: 20 })

    test('a cut wire fails every operation at once, and works again once mended', async () => {
      await cache.set('key', 1, 60_000)
      await proxy.cut()
      await failSoon(() => cache.get('key'))
      await failSoon(() => cache.set('key', 2, 1000))
      await failSoon(() => cache.delete('key'))
      await failSoon(() => cache.increment('counter', 1000))
      const error = await failSoon(() => cache.rateLimit('limit', { ratePerSecond: 1, burst: 1 }))
      expect(error.operation).toBe('rateLimit')
      expect((await cache.ping()).connected).toBe(false)
      await sleep(300)
      expect(await failSoon(() => cache.get('key'))).toMatchObject({ cause: { code: 'ECONNREFUSED' } })
      await proxy.mend()
      await untilConnected()
      expect(await cache.get('key')).toBe(1)
      expect(await cache.increment('counter', 60_000)).toBe(1)
    })

    test('operations under way when the wire is cut fail, and are not sent again later', async () => {
      proxy.hang()
      const lost = Array.from({ length: 20 }, () => failSoon(() => cache.increment('counter', 60_000)))
      await sleep(10)
      await proxy.cut()
      for (const error of await Promise.all(lost)) expect(error.cause).not.toHaveProperty('command')
      await proxy.mend()
      await untilConnected()
      expect(await cache.increment('counter', 60_000)).toBe(1)
    })

    test('a wire that hangs costs each operation its budget, then is given up and dialled again', async () => {
      proxy.hang()
      expect((await failSoon(() => cache.get('key'))).message).toContain('no answer within 50 ms')
      expect((await cache.ping()).connected).toBe(false)
      await vi.waitUntil(async () => (await failSoon(() => cache.get('key'))).message.includes('not connected'), {
        timeout: 3000,
        interval: 50,
      })
      await proxy.mend()
      await untilConnected()
      await cache.set('key', 1, 1000)
    })

    test('a wire that hangs gathers a bounded number of operations', async () => {
      proxy.hang()
      const results = await Promise.allSettled(Array.from({ length: 11_000 }, () => cache.get('key')))
      const reasons = results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'done'))
      expect(reasons.filter((reason) => reason.includes('no answer'))).toHaveLength(10_000)
      expect(reasons.filter((reason) => reason.includes('owes 10000 replies'))).toHaveLength(1000)
    })

    test('a process that is busy for longer than the budget still gets its replies', async () => {
      await cache.set('key', 1, 60_000)
      const reply = cache.get('key')
      const end = performance.now() + 2 * budgetMs
      while (performance.now() < end);
      expect(await reply).toBe(1)
    })

    test('close() ends while the wire hangs, and stops dialling a cut one', async () => {
      proxy.hang()
      const lost = failSoon(() => cache.get('key'))
      const start = performance.now()
      await cache.close()
      expect(performance.now() - start).toBeLessThan(soonMs)
      await lost
      await proxy.cut()
      await proxy.mend()
      await sleep(200)
      await failSoon(() => cache.get('key'))
    })

    test('a Redis that is away stops no start, and is used once it is there', async () => {
      await proxy.cut()
      const early = await open(`redis://127.0.0.1:${proxy.port}`, { budgetMs })
      await failSoon(() => early.get('key'))
      await proxy.mend()
      await vi.waitUntil(async () => (await early.ping()).connected, { timeout: 15_000, interval: 20 })
      expect(await early.get('key')).toBeUndefined()
    })
  })

  test('a refused password is the cause of the error', async () => {
    const cache = await open(url.replace('redis://', 'redis://nobody:wrong@'), { budgetMs: 50 })
    await expect(cache.get('key')).rejects.toMatchObject({ cause: { message: expect.stringContaining('WRONGPASS') } })
  })
})
