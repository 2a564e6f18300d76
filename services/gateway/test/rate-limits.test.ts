import { CacheError } from '@voipbin/cache'
import { createFakeClock, type FakeClock } from '@voipbin/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import type { Caller } from '../src/identity/caller.ts'
import { anAgent, callers, ids, startWorld, type World } from './world.ts'

const limits = (tier: string, rps: number, burst: number) => ({
  [`VOIPBIN_RATE_LIMIT_${tier}_RPS`]: `${rps}`,
  [`VOIPBIN_RATE_LIMIT_${tier}_BURST`]: `${burst}`,
})

describe('rate limits', () => {
  let world: World
  let clock: FakeClock
  const start = async (env: Record<string, string>) => {
    clock = createFakeClock()
    world = await startWorld({ clock, env })
  }
  afterEach(() => world.close())
  const times = async (count: number, send: () => Promise<{ status: number }>) => {
    const statuses: number[] = []
    for (let index = 0; index < count; index++) statuses.push((await send()).status)
    return statuses
  }
  const list = (as: Caller, headers: Record<string, string> = {}) => world.send('GET', '/v1.0/things', { as, headers })

  test('by address: refused with the time to wait, before the credential is looked at', async () => {
    await start(limits('V1', 2, 3))
    expect(await times(3, () => list(callers.admin))).toEqual([200, 200, 200])
    const refused = await world.send('GET', '/v1.0/things')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.body['error']).toEqual({
      ...{ status: 'RESOURCE_EXHAUSTED', reason: 'RATE_LIMIT_EXCEEDED', message: expect.any(String) },
      ...{ request_id: refused.headers.get('x-request-id'), details: [{ limited_by: 'ip' }] },
    })
    await clock.advance(500)
    expect(await times(2, () => list(callers.admin))).toEqual([200, 429])
  })

  test('unknown paths are counted, pings are not', async () => {
    await start(limits('V1', 1, 2))
    expect(await times(3, () => world.send('GET', '/v1.0/nope'))).toEqual([404, 404, 429])
    expect(await times(5, () => world.send('GET', '/ping'))).toEqual([200, 200, 200, 200, 200])
  })

  test('open and protected sign-in routes have tiers of their own', async () => {
    await start({ ...limits('AUTH_PUBLIC', 1, 1), ...limits('AUTH_PROTECTED', 1, 2) })
    expect(await times(2, () => world.send('GET', '/auth/confirm?token=x'))).toEqual([200, 429])
    expect(await times(3, () => world.send('GET', '/auth/account', { as: callers.agent }))).toEqual([200, 200, 429])
    expect((await list(callers.admin)).status).toBe(200)
  })

  test('by customer: agents and access keys share one bucket, direct tokens and delegates have theirs', async () => {
    await start({ ...limits('V1_CUSTOMER', 1, 2), ...limits('V1_CUSTOMER_DIRECT', 1, 1), ...limits('V1_CUSTOMER_DELEGATE', 0.5, 1) })
    expect([(await list(callers.admin)).status, (await list(callers.accesskey)).status]).toEqual([200, 200])
    const refused = await list(callers.manager)
    expect(refused.status).toBe(429)
    expect(refused.body['error']).toMatchObject({ details: [{ limited_by: 'customer' }] })
    expect((await list(anAgent(32, { customer_id: ids.other }))).status).toBe(200)
    expect(await times(2, () => world.send('GET', '/v1.0/visits', { as: callers.visitor }))).toEqual([200, 429])
    const delegates = [await list(callers.delegate), await list(callers.delegate)]
    expect(delegates.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [200, null],
      [429, '2'],
    ])
  })

  test('a customer is counted on /v1.0 only, and before its permission is judged', async () => {
    await start(limits('V1_CUSTOMER', 1, 1))
    expect(await times(3, () => world.send('GET', '/auth/account', { as: callers.agent }))).toEqual([200, 200, 200])
    expect(await times(2, () => list(callers.agent))).toEqual([403, 429])
  })

  test('0 turns a tier off', async () => {
    await start({ ...limits('V1', 0, 1), ...limits('V1_CUSTOMER', 0, 1) })
    expect(new Set(await times(30, () => list(callers.admin)))).toEqual(new Set([200]))
  })

  test('without the cache customers pass', async () => {
    await start(limits('V1_CUSTOMER', 1, 1))
    world.system.cache.rateLimit = async () => {
      throw new CacheError('away', { operation: 'rateLimit' })
    }
    expect(await times(3, () => list(callers.admin))).toEqual([200, 200, 200])
  })

  describe('the client’s address', () => {
    const forwarded = { 'x-forwarded-for': '198.51.100.7, 203.0.113.9' }

    test('is the socket’s: nobody is believed by default', async () => {
      await start(limits('V1', 1, 1))
      expect((await list(callers.admin, { 'cf-connecting-ip': '198.51.100.1' })).status).toBe(200)
      expect((await list(callers.admin, { 'cf-connecting-ip': '198.51.100.2' })).status).toBe(429)
      expect((await list(callers.admin, forwarded)).status).toBe(429)
    })

    test('is what a trusted proxy says', async () => {
      await start({ ...limits('V1', 1, 1), VOIPBIN_TRUSTED_PROXIES: '127.0.0.0/8, 203.0.113.0/24' })
      expect((await list(callers.admin, { 'cf-connecting-ip': '198.51.100.1' })).status).toBe(200)
      expect((await list(callers.admin, { 'cf-connecting-ip': '198.51.100.1' })).status).toBe(429)
      expect((await list(callers.admin, { 'cf-connecting-ip': '198.51.100.2' })).status).toBe(200)
      expect((await list(callers.admin, forwarded)).status).toBe(200)
      expect((await list(callers.admin, { 'x-forwarded-for': 'spoofed, 198.51.100.7' })).status).toBe(429)
      const line = world.system.logs.findLast(({ message }) => message === 'request')
      expect(line).toMatchObject({ address: '198.51.100.7' })
    })
  })
})
