import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Cache, CacheError } from '../src/cache.ts'
import { MAX_KEY_LENGTH, MAX_TTL_MS, MAX_VALUE_LENGTH } from '../src/limits.ts'

export type CacheUnderTest = {
  readonly cache: Cache
  /** Lets time pass: a fake clock is moved, a real one waited for. */
  advance(ms: number): Promise<void>
}

/** What every cache promises. Lives are 300 ms and more, so that a slow machine with a real clock does not fail. */
export function describeCache(name: string, open: () => Promise<CacheUnderTest>): void {
  describe(name, () => {
    let cache: Cache
    let advance: CacheUnderTest['advance']
    beforeEach(async () => {
      ;({ cache, advance } = await open())
    })
    afterEach(() => cache.close())
    const fixture: Fixture = { cache: () => cache, advance: (ms) => advance(ms) }

    describe('values', () => valueTests(fixture))
    describe('lives', () => lifeTests(fixture))
    describe('limits', () => limitTests(fixture))
    describe('counters', () => counterTests(fixture))
    describe('rate limits', () => rateLimitTests(fixture))
    describe('rate limits in time', () => rateLimitTimeTests(fixture))
    describe('closing', () => closeTests(fixture))
  })
}

type Fixture = { cache(): Cache; advance(ms: number): Promise<void> }

function valueTests({ cache }: Fixture): void {
  test('get() of a key never set is undefined', async () => {
    expect(await cache().get('absent')).toBeUndefined()
  })

  test.each([[{ a: [1, null, 'ü💬'], b: { c: true } }], ['text'], [''], [0], [-1.5], [false], [null], [[]]])(
    'get() gives back %j',
    async (value) => {
      await cache().set('key', value, 1000)
      expect(await cache().get('key')).toEqual(value)
    },
  )

  test('values are JSON copies, as any cache in another process would make them', async () => {
    await cache().set('key', { at: new Date(0), gone: undefined }, 1000)
    expect(await cache().get('key')).toEqual({ at: '1970-01-01T00:00:00.000Z' })
  })

  test('what is changed outside does not change inside', async () => {
    const value = { list: [1] }
    await cache().set('key', value, 1000)
    value.list.push(2)
    const read = await cache().get<{ list: number[] }>('key')
    expect(read).toEqual({ list: [1] })
    read?.list.push(3)
    expect(await cache().get('key')).toEqual({ list: [1] })
  })

  test('set() replaces, delete() removes, delete() of nothing is fine', async () => {
    await cache().set('key', 1, 1000)
    await cache().set('key', 2, 1000)
    expect(await cache().get('key')).toBe(2)
    await cache().delete('key')
    await cache().delete('key')
    expect(await cache().get('key')).toBeUndefined()
  })

  test('keys are exact', async () => {
    const keys = ['a', 'A', 'a ', 'a:b', 'a:*', '{a}', 'a\n', 'ä', 'a\u0308', '💬', '__proto__', 'constructor']
    await Promise.all(keys.map((key) => cache().set(key, { key }, 1000)))
    expect(await Promise.all(keys.map((key) => cache().get(key)))).toEqual(keys.map((key) => ({ key })))
  })

  test.each([[undefined], [() => 1], [1n]])('set() refuses %s, which has no JSON form', async (value) => {
    await expect(cache().set('key', value, 1000)).rejects.toThrow(TypeError)
  })

  test('ping() tells that it is connected', async () => {
    expect(await cache().ping()).toEqual({ connected: true, latencyMs: expect.any(Number) })
  })
}

function lifeTests({ cache, advance }: Fixture): void {
  test('a value is gone when its life is over, not before', async () => {
    await cache().set('key', 1, 400)
    await advance(200)
    expect(await cache().get('key')).toBe(1)
    await advance(210)
    expect(await cache().get('key')).toBeUndefined()
  })

  test('set() starts a new life, get() does not', async () => {
    await cache().set('renewed', 1, 400)
    await cache().set('read', 1, 400)
    await advance(300)
    await cache().set('renewed', 1, 400)
    await cache().get('read')
    await advance(110)
    expect(await cache().get('renewed')).toBe(1)
    expect(await cache().get('read')).toBeUndefined()
  })

  test.each([[0], [-1], [Number.NEGATIVE_INFINITY]])('a life of %d ms is over already: the key is deleted', async (ttlMs) => {
    await cache().set('key', 1, 1000)
    await cache().set('key', 2, ttlMs)
    expect(await cache().get('key')).toBeUndefined()
  })

  test('a fraction of a millisecond is a life', async () => {
    await cache().set('key', 1, 0.25)
    await advance(10)
    expect(await cache().get('key')).toBeUndefined()
  })
}

function limitTests({ cache }: Fixture): void {
  const longest = 'k'.repeat(MAX_KEY_LENGTH)

  test('the longest key, value and life fit', async () => {
    const value = 'v'.repeat(MAX_VALUE_LENGTH - 2)
    await cache().set(longest, value, MAX_TTL_MS)
    expect(await cache().get(longest)).toBe(value)
  })

  test.each([[''], [`${longest}k`], ['\ud800']])('no operation takes the key %j', async (key) => {
    const operations = [
      cache().get(key),
      cache().set(key, 1, 1000),
      cache().delete(key),
      cache().increment(key, 1000),
      cache().rateLimit(key, { ratePerSecond: 1, burst: 1 }),
    ]
    for (const result of await Promise.allSettled(operations)) expect(result).toMatchObject({ reason: expect.any(RangeError) })
  })

  test('set() refuses a longer value', async () => {
    await expect(cache().set('key', 'v'.repeat(MAX_VALUE_LENGTH - 1), 1000)).rejects.toThrow(RangeError)
  })

  test.each([[MAX_TTL_MS + 1], [Number.POSITIVE_INFINITY], [Number.NaN]])('a life of %d ms is refused', async (ttlMs) => {
    await expect(cache().set('key', 1, ttlMs)).rejects.toThrow(RangeError)
    await expect(cache().increment('key', ttlMs)).rejects.toThrow(RangeError)
  })
}

function counterTests({ cache, advance }: Fixture): void {
  test('increment() counts from 1, each key for itself, and get() reads the count', async () => {
    expect(await cache().increment('a', 1000)).toBe(1)
    expect(await cache().increment('a', 1000)).toBe(2)
    expect(await cache().increment('b', 1000)).toBe(1)
    expect(await cache().get('a')).toBe(2)
  })

  test('a counter lives from its first increment, not from its last', async () => {
    await cache().increment('key', 400)
    await advance(250)
    expect(await cache().increment('key', 400)).toBe(2)
    await advance(160)
    expect(await cache().increment('key', 400)).toBe(1)
  })

  test('increments at the same time are all counted', async () => {
    const counts = await Promise.all(Array.from({ length: 200 }, () => cache().increment('key', 10_000)))
    expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
  })

  test('delete() starts a counter anew', async () => {
    await cache().increment('key', 1000)
    await cache().delete('key')
    expect(await cache().increment('key', 1000)).toBe(1)
  })

  test('increment() goes on from an integer that was set, in the life of that', async () => {
    await cache().set('key', 41, 400)
    expect(await cache().increment('key', 10_000)).toBe(42)
    await advance(410)
    expect(await cache().get('key')).toBeUndefined()
  })

  test.each([['7'], [1.5], [{}], [null]])('increment() refuses a key that holds %j, and leaves it', async (value) => {
    await cache().set('key', value, 1000)
    await expect(cache().increment('key', 1000)).rejects.toThrow(TypeError)
    expect(await cache().get('key')).toEqual(value)
  })

  test.each([[0], [-1]])('increment() refuses a life of %d ms', async (ttlMs) => {
    await expect(cache().increment('key', ttlMs)).rejects.toThrow(RangeError)
  })
}

function rateLimitTests({ cache }: Fixture): void {
  test('an idle key lets its burst through and refuses the next', async () => {
    const limit = { ratePerSecond: 0.1, burst: 3 }
    expect(await cache().rateLimit('key', limit)).toEqual({ allowed: true, retryAfterSeconds: 0, remaining: 2 })
    expect(await cache().rateLimit('key', limit)).toEqual({ allowed: true, retryAfterSeconds: 0, remaining: 1 })
    expect(await cache().rateLimit('key', limit)).toEqual({ allowed: true, retryAfterSeconds: 0, remaining: 0 })
    const refused = await cache().rateLimit('key', limit)
    expect(refused).toMatchObject({ allowed: false, remaining: 0 })
    expect(refused.retryAfterSeconds).toBeGreaterThan(5)
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(10)
  })

  test('requests at the same time get the burst and no more', async () => {
    const results = await Promise.all(Array.from({ length: 100 }, () => cache().rateLimit('key', { ratePerSecond: 16.7, burst: 33 })))
    const allowed = results.filter((result) => result.allowed).length
    expect(allowed).toBeGreaterThanOrEqual(33)
    expect(allowed).toBeLessThanOrEqual(40)
  })

  test('keys do not share a limit, and delete() forgets one', async () => {
    const limit = { ratePerSecond: 0.1, burst: 1 }
    await cache().rateLimit('a', limit)
    expect(await cache().rateLimit('a', limit)).toMatchObject({ allowed: false })
    expect(await cache().rateLimit('b', limit)).toMatchObject({ allowed: true })
    await cache().delete('a')
    expect(await cache().rateLimit('a', limit)).toMatchObject({ allowed: true })
  })

  test('a burst that was lowered holds at once and delays nobody beyond its own window', async () => {
    await Promise.all(Array.from({ length: 50 }, () => cache().rateLimit('key', { ratePerSecond: 1, burst: 50 })))
    const refused = await cache().rateLimit('key', { ratePerSecond: 1, burst: 2 })
    expect(refused).toMatchObject({ allowed: false })
    expect(refused.retryAfterSeconds).toBeLessThanOrEqual(1)
  })

  test('rateLimit() refuses a key that holds a value', async () => {
    await cache().set('key', { a: 1 }, 1000)
    await expect(cache().rateLimit('key', { ratePerSecond: 1, burst: 1 })).rejects.toThrow(TypeError)
    expect(await cache().get('key')).toEqual({ a: 1 })
  })

  test.each([
    [{ ratePerSecond: 0, burst: 1 }],
    [{ ratePerSecond: -1, burst: 1 }],
    [{ ratePerSecond: Number.NaN, burst: 1 }],
    [{ ratePerSecond: 1, burst: 0 }],
    [{ ratePerSecond: 1, burst: 1.5 }],
    [{ ratePerSecond: 1e-6, burst: 100 }],
  ])('rateLimit() refuses the limit %j', async (limit) => {
    await expect(cache().rateLimit('key', limit)).rejects.toThrow(RangeError)
  })
}

function rateLimitTimeTests({ cache, advance }: Fixture): void {
  test('after retryAfterSeconds exactly one more is let through', async () => {
    const limit = { ratePerSecond: 2.5, burst: 2 }
    await cache().rateLimit('key', limit)
    await cache().rateLimit('key', limit)
    const refused = await cache().rateLimit('key', limit)
    expect(refused.allowed).toBe(false)
    await advance(Math.ceil(refused.retryAfterSeconds * 1000))
    expect(await cache().rateLimit('key', limit)).toMatchObject({ allowed: true, remaining: 0 })
    expect(await cache().rateLimit('key', limit)).toMatchObject({ allowed: false })
  })

  test('refusals use nothing up', async () => {
    const limit = { ratePerSecond: 2.5, burst: 1 }
    await cache().rateLimit('key', limit)
    for (let count = 0; count < 20; count++) expect(await cache().rateLimit('key', limit)).toMatchObject({ allowed: false })
    await advance(400)
    expect(await cache().rateLimit('key', limit)).toMatchObject({ allowed: true })
  })

  test('an idle key refills to its burst and not beyond', async () => {
    const limit = { ratePerSecond: 10, burst: 2 }
    await cache().rateLimit('key', limit)
    await cache().rateLimit('key', limit)
    await advance(600)
    expect(await cache().rateLimit('key', limit)).toMatchObject({ allowed: true, remaining: 1 })
  })
}

function closeTests({ cache }: Fixture): void {
  test('after close() every operation throws CacheError, ping() tells, and close() may be repeated', async () => {
    await cache().close()
    await cache().close()
    await expect(cache().get('key')).rejects.toThrow(CacheError)
    await expect(cache().set('key', 1, 1000)).rejects.toMatchObject({ name: 'CacheError', operation: 'set' })
    await expect(cache().delete('key')).rejects.toThrow(CacheError)
    await expect(cache().increment('key', 1000)).rejects.toThrow(CacheError)
    await expect(cache().rateLimit('key', { ratePerSecond: 1, burst: 1 })).rejects.toThrow(CacheError)
    expect(await cache().ping()).toMatchObject({ connected: false })
  })

  test('close() finishes what is in hand', async () => {
    const counts = Promise.all([cache().increment('key', 1000), cache().increment('key', 1000)])
    await cache().close()
    expect(await counts).toEqual([1, 2])
  })
}
