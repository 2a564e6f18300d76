import { describe, expect, test } from 'vitest'
import { describeCache } from '../test/cache-conformance.ts'
import { createMemoryCache, type MemoryCacheOptions } from './memory-cache.ts'

function openOnFakeClock(options: MemoryCacheOptions = {}) {
  let nowMs = Date.UTC(2026, 0, 31)
  const cache = createMemoryCache({ ...options, now: () => nowMs })
  const advance = async (ms: number) => {
    nowMs += ms
  }
  return { cache, advance }
}

describeCache('memory cache', async () => openOnFakeClock())

describe('memory cache, bounds', () => {
  test('full, it drops what was not used for longest', async () => {
    const { cache } = openOnFakeClock({ maxEntries: 3 })
    for (const key of ['a', 'b', 'c']) await cache.set(key, key, 1000)
    await cache.get('a')
    await cache.set('d', 'd', 1000)
    expect(await Promise.all(['a', 'b', 'c', 'd'].map((key) => cache.get(key)))).toEqual(['a', undefined, 'c', 'd'])
  })

  test('replacing a value drops nothing', async () => {
    const { cache } = openOnFakeClock({ maxEntries: 2 })
    await cache.set('a', 1, 1000)
    await cache.set('b', 1, 1000)
    for (let count = 0; count < 10; count++) await cache.set('b', count, 1000)
    expect(await cache.get('a')).toBe(1)
  })

  test('it is bounded in characters as well', async () => {
    const { cache } = openOnFakeClock({ maxLength: 100 })
    for (const key of ['a', 'b', 'c']) await cache.set(key, 'x'.repeat(27), 1000)
    expect(await cache.get('a')).toBeDefined()
    await cache.set('d', 'x'.repeat(27), 1000)
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await cache.get(key)) !== undefined))).toEqual([
      true,
      false,
      true,
      true,
    ])
  })

  test('deleted, replaced and expired entries give their room back', async () => {
    const { cache, advance } = openOnFakeClock({ maxLength: 100 })
    await cache.set('kept', 1, 10_000)
    for (let count = 0; count < 50; count++) {
      await cache.set('replaced', 'x'.repeat(10), 1000)
      await cache.set('deleted', 'x'.repeat(10), 1000)
      await cache.delete('deleted')
      await cache.set('expired', 'x'.repeat(10), 10)
      await advance(10)
      await cache.get('expired')
    }
    expect(await cache.get('kept')).toBe(1)
  })

  test('expired entries go before live ones, without being read', async () => {
    const { cache, advance } = openOnFakeClock({ maxEntries: 100 })
    await cache.set('live', 1, 100_000)
    for (let count = 0; count < 1000; count++) {
      await cache.set(`passing-${count}`, 1, 10)
      await advance(1)
    }
    expect(await cache.get('live')).toBe(1)
  })

  test('a value alone above the bound is not kept', async () => {
    const { cache } = openOnFakeClock({ maxLength: 10 })
    await cache.set('key', 'x'.repeat(20), 1000)
    expect(await cache.get('key')).toBeUndefined()
  })
})

describe('memory cache, clock', () => {
  test('a clock that is set back refuses nobody for longer than the window', async () => {
    const { cache, advance } = openOnFakeClock()
    const limit = { ratePerSecond: 1, burst: 2 }
    await cache.rateLimit('key', limit)
    await advance(-3_600_000)
    expect(await cache.rateLimit('key', limit)).toMatchObject({ allowed: false, retryAfterSeconds: 1 })
    await advance(1000)
    expect(await cache.rateLimit('key', limit)).toMatchObject({ allowed: true })
  })

  test('the sustained rate is exact: 16.7 a second, burst 33, for ten minutes', async () => {
    const { cache, advance } = openOnFakeClock()
    let allowed = 0
    for (let tick = 0; tick < 60_000; tick++) {
      if ((await cache.rateLimit('key', { ratePerSecond: 16.7, burst: 33 })).allowed) allowed++
      await advance(10)
    }
    expect(allowed).toBeGreaterThanOrEqual(33 + 10_019)
    expect(allowed).toBeLessThanOrEqual(33 + 10_020)
  })
})
