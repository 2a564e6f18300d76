import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, createLocalBus } from '@voipbin/bus'
import { type Cache, createMemoryCache } from '@voipbin/cache'
import type { AnyTableService } from '@voipbin/service-kit'
import { DatabaseUnavailable } from '@voipbin/sql'
import { fakeService, type System, type SystemOptions, startSystem } from '@voipbin/test-kit'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { customer_id } from './ids.ts'
import { mailWith } from './mail/index.ts'
import { shopContract } from './shop/contract.ts'
import { shopWith } from './shop/index.ts'

let system: System
afterEach(() => system.close())

const get = (path: string) => fetch(`${system.platform.adminUrl}${path}`)
const ready = async () => {
  const response = await get('/health/ready')
  return { code: response.status, ...((await response.json()) as { status: string; checks: Record<string, unknown> }) }
}

describe('health', () => {
  test('is ok while bus, cache and each database answer, and says how fast', async () => {
    system = await startSystem({ services: [shopWith(), mailWith()] })
    expect((await get('/health/live')).status).toBe(200)
    const check = { status: 'ok', latency_ms: expect.any(Number) }
    expect(await ready()).toEqual({ code: 200, status: 'ok', checks: { bus: check, cache: check, 'sql:shop': check, 'sql:mail': check } })
  })

  test('without the cache is degraded, and still ready', async () => {
    const cache: Cache = { ...createMemoryCache(), ping: () => Promise.reject(new Error('ECONNREFUSED')) }
    system = await startSystem({ services: [shopWith()], cache })
    expect(await ready()).toMatchObject({ code: 200, status: 'degraded', checks: { cache: { status: 'failed', error: 'ECONNREFUSED' } } })
  })

  test('without a database is unavailable', async () => {
    system = await startSystem({ services: [shopWith(), mailWith()] })
    const database = system.platform.services[0]?.database as { ping: () => Promise<number> }
    database.ping = () => Promise.reject(new DatabaseUnavailable('gone'))
    const health = await ready()
    expect(health).toMatchObject({
      code: 503,
      status: 'unavailable',
      checks: { 'sql:shop': { status: 'failed', error: 'gone' }, 'sql:mail': { status: 'ok' } },
    })
    expect((await get('/health/live')).status).toBe(200)
  })

  test('without the bus is unavailable', async () => {
    const local = createLocalBus()
    const bus: Bus = { ...local, ping: async () => ({ connected: false, latencyMs: 0 }) }
    system = await startSystem({ services: [shopWith()], bus })
    expect(await ready()).toMatchObject({ code: 503, checks: { bus: { status: 'failed', error: 'not connected' } } })
    await local.close()
  })

  test('is unavailable, and live, while the process starts and stops', async () => {
    const seen: unknown[] = []
    const starting = Promise.withResolvers<void>()
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const look = async () => {
      const live = (await fetch(`${url}/health/live`)).status
      const response = await fetch(`${url}/health/ready`)
      seen.push([live, response.status, ((await response.json()) as { checks: unknown }).checks])
    }
    const slow: AnyTableService = {
      ...shopWith(),
      start: async (kit) => {
        await look()
        starting.resolve()
        const parts = await shopWith().start(kit)
        return { ...parts, listen: async () => ({ description: '', close: look }) }
      },
    }
    system = await startSystem({ services: [slow], env: { VOIPBIN_ADMIN_PORT: String(port) }, prepare: look })
    expect((await ready()).code).toBe(200)
    await system.platform.close()
    expect(seen).toMatchObject([
      [200, 503, { process: { status: 'failed', error: 'starting' } }], // while a service starts
      [200, 503, { process: { status: 'failed', error: 'starting' } }], // while the first customer is made
      [200, 503, { process: { status: 'failed', error: 'stopping' } }],
    ])
  })
})

test('metrics carry what the operations guide promises', async () => {
  system = await startSystem({ services: [shopWith(), mailWith()] })
  const client = system.client(shopContract)
  await client.createOrder({ customer_id, name: 'a', amount: 1 })
  await client.getOrder({ id: crypto.randomUUID() }).catch(() => undefined)
  const response = await get('/metrics')
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  const lines = (await response.text()).split('\n')
  const expected = [
    'voipbin_request_seconds_count{service="shop",method="createOrder"} 1',
    'voipbin_request_seconds_bucket{service="shop",method="createOrder",le="+Inf"} 1',
    'voipbin_request_errors_total{service="shop",method="getOrder",status="NOT_FOUND",reason="RESOURCE_NOT_FOUND"} 1',
    'voipbin_queue_messages{queue="bin-manager.shop.request"} 0',
    'voipbin_outbox_events{service="shop"} 0',
    'voipbin_outbox_age_seconds{service="shop"} 0',
    'voipbin_inbox_events{service="mail",state="waiting"} 0',
    'voipbin_inbox_events{service="mail",state="dead"} 0',
    'voipbin_jobs{service="shop",state="dead"} 0',
    'voipbin_sql_connections{service="shop",state="waiting"} 0',
    'voipbin_breaker_open{service="operator",target="shop"} 0',
  ]
  for (const line of expected) expect(lines).toContain(line)
})

describe('the admin port', () => {
  const operate = (body: unknown, token: string) =>
    fetch(`${system.platform.adminUrl}/operate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })

  async function start(options: Partial<SystemOptions> = {}): Promise<string> {
    const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true }))
    system = await startSystem({ services: [shopWith()], ...options, dataDir })
    const file = join(dataDir, 'admin.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    return (JSON.parse(readFileSync(file, 'utf8')) as { token: string }).token
  }

  test('lets an operator call any method with the token of the data folder, and nobody without', async () => {
    const token = await start()
    const body = { service: 'shop', method: 'createOrder', input: { customer_id, name: 'a', amount: 1 } }
    const done = await operate(body, token)
    expect(done.status).toBe(200)
    expect(await done.json()).toMatchObject({ output: { name: 'a', version: 1 } })
    for (const wrong of ['', 'x', `${token}x`, token.slice(1), `${token.slice(1)}-`]) expect((await operate(body, wrong)).status).toBe(401)
  })

  test.each([
    ['no such service', { service: 'nobody', method: 'x' }, 400],
    ['no such method', { service: 'shop', method: 'constructor' }, 400],
    ['a malformed body', ['x'], 400],
    ['what the method refuses', { service: 'shop', method: 'getOrder', input: { id: '99999999-9999-4999-8999-999999999999' } }, 404],
    ['an invalid input', { service: 'shop', method: 'getOrder', input: { id: 1 } }, 400],
  ])('answers %s as an error', async (_, body, status) => {
    const token = await start()
    const response = await operate(body, token)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { status: expect.any(String), message: expect.any(String) } })
  })

  test('at a stop, finishes the commands that are in hand elsewhere, and begins no other', async () => {
    const [bus, begun, gate] = [createLocalBus(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const act = async (input: { text: string }) => {
      begun.resolve()
      await gate.promise
      return input
    }
    const elsewhere = await fakeService(bus, shopContract, { act })
    const token = await start({ services: [mailWith()], contracts: [shopContract], bus })
    const inHand = operate({ service: 'shop', method: 'act', input: { text: 'a' } }, token)
    await begun.promise
    const closing = system.platform.close()
    const late = await operate({ service: 'shop', method: 'act', input: { text: 'b' } }, token)
    expect([late.status, await late.json()]).toMatchObject([503, { error: { status: 'UNAVAILABLE' } }])
    gate.resolve()
    expect(await (await inHand).json()).toEqual({ output: { text: 'a' } })
    await closing
    await elsewhere.close()
    await bus.close()
  })

  test('knows no other route', async () => {
    await start()
    expect((await get('/')).status).toBe(404)
    expect((await get('/operate')).status).toBe(404)
  })
})

/** A port that nobody has right now. */
function freePort(): Promise<number> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
