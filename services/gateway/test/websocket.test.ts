import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { customerContract } from '@voipbin/contracts/customer'
import { aCustomer, createFakeClock, type FakeClock, publishEvent } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Caller } from '../src/identity/caller.ts'
import { thingContract } from './thing-contract.ts'
import { bearerOf, callers, ids, startWorld, type World, type WorldOptions } from './world.ts'

const key = { token: `vb_${'k'.repeat(32)}`, id: 'dddddddd-dddd-4ddd-8ddd-dddddddddddd' }
const columns = { tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null, version: 1 }
const aThing: { id: string; customer_id: string; owner_id: string; name: string; cost: number; pin: string } & typeof columns = {
  id: ids.thing,
  customer_id: ids.acme,
  owner_id: ids.agent,
  name: 'one',
  cost: 7,
  pin: '1234',
  ...columns,
}
const bare = {
  id: ids.thing,
  customer_id: ids.acme,
  owner_id: ids.agent,
  name: 'one',
  tm_create: columns.tm_create,
  tm_update: null,
  tm_delete: null,
}
const anAccesskey = {
  id: key.id,
  customer_id: ids.acme,
  name: '',
  detail: '',
  token_prefix: '',
  token_hash: '0'.repeat(64),
  tm_expire: null,
}
const things = `customer_id:${ids.acme}:thing`

type Client = { readonly socket: WebSocket; readonly frames: unknown[]; readonly closed: Promise<{ code: number; reason: string }> }

describe('event sockets', () => {
  let world: World
  const start = async (options: WorldOptions = {}) => {
    world = await startWorld({ keys: [{ ...key }], ...options })
  }
  beforeEach(() => start())
  afterEach(() => world.close())

  const open = async (as: Caller | string = callers.admin, path = '/v1.0/ws'): Promise<Client> => {
    const authorization = typeof as === 'string' ? `Bearer ${as}` : bearerOf(as)
    const socket = new WebSocket(`${world.url.replace('http', 'ws')}${path}`, { headers: { authorization } })
    const frames: unknown[] = []
    socket.on('message', (data) => void frames.push(JSON.parse(String(data))))
    const closed = new Promise<{ code: number; reason: string }>((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
    })
    await once(socket, 'open')
    return { socket, frames, closed }
  }
  const say = (client: Client, type: string, ...topics: unknown[]) => client.socket.send(JSON.stringify({ type, topics }))
  /** Frames are answered in order, so after a pong all of them have been read. */
  const isRead = async ({ socket }: Client) => {
    socket.ping()
    await once(socket, 'pong')
  }
  const subscribe = async (client: Client, ...topics: string[]) => {
    say(client, 'subscribe', ...topics)
    await isRead(client)
    return client
  }
  const publish = (fields: Partial<typeof aThing> = {}) =>
    publishEvent(world.system.bus, thingContract, 'thing_updated', { ...aThing, ...fields })
  const refusal = async (path: string, headers: Record<string, string>) => {
    const socket = new WebSocket(`${world.url.replace('http', 'ws')}${path}`, { headers })
    socket.on('error', () => {})
    const [, response] = await once(socket, 'unexpected-response')
    return (response as { statusCode: number }).statusCode
  }

  test.each(['/v1.0/ws', '/v1.0/service_agents/ws'])(
    '%s sends the bare resource, once, without what is internal or secret',
    async (path) => {
      const client = await subscribe(
        await open(callers.admin, path),
        things,
        `${things}:${ids.thing}`,
        `customer_id:${ids.acme}`,
        `agent_id:${ids.agent}`,
      )
      await publish()
      await isRead(client)
      expect(client.frames).toEqual([bare])
      client.socket.close()
    },
  )

  test('in an envelope where the client asks for it', async () => {
    const client = await subscribe(await open(callers.admin, '/v1.0/ws?envelope=true'), things)
    const { id, time } = await publish()
    await isRead(client)
    const about = { publisher: 'thing', customer_id: ids.acme, resource_id: ids.thing, sequence: 1 }
    expect(client.frames).toEqual([{ type: 'thing_updated', data: bare, id, time, ...about }])
    client.socket.close()
  })

  test('only what was asked for, and only as long as it is', async () => {
    const client = await subscribe(await open(), `${things}:${ids.missing}`, `customer_id:${ids.acme}:thing:thing_updated`)
    await publish()
    await publishEvent(world.system.bus, thingContract, 'thing_counted', aThing)
    await publish({ customer_id: ids.other })
    await isRead(client)
    expect(client.frames).toHaveLength(1)
    say(client, 'unsubscribe', `customer_id:${ids.acme}:thing:thing_updated`)
    await isRead(client)
    await publish()
    await isRead(client)
    expect(client.frames).toHaveLength(1)
    client.socket.close()
  })

  test('topics that a contract names lead there, too', async () => {
    const client = await subscribe(await open(), `customer_id:${ids.acme}:part:one`)
    await publish()
    await isRead(client)
    expect(client.frames).toEqual([bare])
    client.socket.close()
  })

  test('a visitor hears the one resource that it names', async () => {
    const client = await subscribe(await open({ ...callers.visitor, resourceTypes: ['thing'] }), `${things}:${ids.thing}`)
    await publish({ id: ids.missing })
    await publish()
    await isRead(client)
    expect(client.frames).toEqual([bare])
    say(client, 'subscribe', things)
    expect((await client.closed).code).toBe(1008)
  })

  test.each([
    [callers.admin, `customer_id:${ids.other}`],
    [callers.agent, `customer_id:${ids.acme}`],
    [callers.admin, 'customer_id:nonsense'],
    [callers.admin, 7],
  ])('a topic that is not one of the caller’s closes the socket: %#', async (caller, topic) => {
    const client = await open(caller)
    say(client, 'subscribe', topic)
    expect(await client.closed).toEqual({ code: 1008, reason: 'No such topic, or not one of yours' })
  })

  test('broken JSON and frames of other kinds are ignored', async () => {
    const client = await open()
    for (const frame of [
      '{',
      'null',
      '7',
      '[]',
      '{"type":"sing","topics":["x"]}',
      '{"type":"subscribe"}',
      '{"type":"subscribe","topics":"x"}',
    ])
      client.socket.send(frame)
    await subscribe(client, things)
    await publish()
    await isRead(client)
    expect(client.frames).toHaveLength(1)
    client.socket.close()
  })

  test('a frame of more than 64 KB closes it, and so do too many topics and too many frames', async () => {
    const large = await open()
    large.socket.send(`{"a":"${'x'.repeat(65_536)}"}`)
    expect((await large.closed).code).toBe(1009)
    const greedy = await open()
    say(greedy, 'subscribe', ...Array.from({ length: 501 }, (_, index) => `${things}:${index}`))
    expect(await greedy.closed).toEqual({ code: 1008, reason: 'More than 500 topics' })
    const loud = await open()
    for (let frame = 0; frame < 1001; frame++) loud.socket.send('{}')
    expect(await loud.closed).toEqual({ code: 1008, reason: 'Too many frames' })
  })

  test('who may not come in is told by HTTP', async () => {
    expect(await refusal('/v1.0/ws', {})).toBe(401)
    expect(await refusal('/v1.0/ws?token=bad', {})).toBe(401)
    expect(await refusal('/v1.0/ws', { authorization: bearerOf(callers.delegate) })).toBe(403)
    expect(await refusal('/v1.0/ws', { authorization: bearerOf({ ...callers.admin, customerStatus: 'frozen' }) })).toBe(403)
    expect((await world.send('GET', '/v1.0/ws', { as: callers.admin })).status).toBe(400)
    const origin = new WebSocket(`${world.url.replace('http', 'ws')}/v1.0/ws?accesskey=${key.token}`, { origin: 'https://any.example' })
    await once(origin, 'open')
    origin.close()
  })

  test('as many sockets as the settings allow, a customer and in all', async () => {
    await world.close()
    await start({ env: { VOIPBIN_WEBSOCKET_MAX: '2', VOIPBIN_WEBSOCKET_MAX_CUSTOMER: '1' } })
    const first = await open()
    expect(await refusal('/v1.0/ws', { authorization: bearerOf(callers.admin) })).toBe(429)
    await open(callers.superAdmin)
    expect(
      await refusal('/v1.0/ws', {
        authorization: bearerOf({ ...callers.admin, actor: { ...callers.admin.actor, customer_id: ids.missing } }),
      }),
    ).toBe(429)
    first.socket.close()
    await first.closed
    await wait(20)
    await open()
  })

  test('a revoked access key closes its sockets at once, and no others', async () => {
    const [revoked, other] = [await open(key.token), await open()]
    world.keys.length = 0
    await publishEvent(world.system.bus, customerContract, 'accesskey_deleted', { ...anAccesskey, ...columns })
    expect(await revoked.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('revoked') })
    await isRead(other)
    other.socket.close()
  })

  test.each(['frozen', 'deleted'] as const)('a customer that is %s has no sockets', async (status) => {
    const client = await open(key.token)
    Object.assign(world.keys[0] ?? {}, { status })
    await publishEvent(world.system.bus, customerContract, `customer_${status}`, aCustomer({ id: ids.acme, status }))
    expect(await client.closed).toMatchObject({ code: 1008 })
  })

  test('a reader that does not read is cut off with a reason, and holds up nobody', async () => {
    const [slow, quick] = [await subscribe(await open(), things), await subscribe(await open(), things)]
    slow.socket.pause()
    const detail = 'x'.repeat(50)
    for (let event = 0; event < 40_000; event++) {
      await publish({ name: detail })
      if (event % 2000 === 1999 && (await metric('voipbin_websocket_dropped_total')) > 0) break
    }
    expect(await metric('voipbin_websocket_dropped_total')).toBe(1)
    slow.socket.resume()
    expect(await slow.closed).toMatchObject({ code: 1013, reason: expect.stringContaining('faster') })
    await isRead(quick)
    expect(quick.frames.length).toBeGreaterThan(slow.frames.length)
    quick.socket.close()
  })

  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`${world.system.platform.adminUrl}/metrics`)).text()
    return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
  }

  test('counts who is there and what was sent', async () => {
    const client = await subscribe(await open(), things)
    await publish()
    await isRead(client)
    expect([await metric('voipbin_websocket_open'), await metric('voipbin_websocket_sent_total')]).toEqual([1, 1])
    client.socket.close()
    await client.closed
    await wait(20)
    expect(await metric('voipbin_websocket_open')).toBe(0)
  })

  test('the end says goodbye', async () => {
    const client = await open()
    await world.close()
    expect(await client.closed).toEqual({ code: 1001, reason: 'The gateway stops: connect again' })
    await start()
  })
})

describe('the watch on an event socket', () => {
  let world: World
  let clock: FakeClock
  beforeEach(async () => {
    clock = createFakeClock()
    world = await startWorld({ keys: [{ ...key }], clock })
  })
  afterEach(() => world.close())
  const open = async (options: { autoPong?: boolean } = {}) => {
    const socket = new WebSocket(`${world.url.replace('http', 'ws')}/v1.0/ws?accesskey=${key.token}`, options)
    await once(socket, 'open')
    return socket
  }

  test('pings every 10 s, and a credential that no event told of is found then', async () => {
    const socket = await open()
    const pings: Buffer[] = []
    socket.on('ping', (data: Buffer) => pings.push(data))
    await clock.advance(30_000)
    await wait(50)
    expect(pings).toHaveLength(3)
    world.keys.length = 0
    const closed = once(socket, 'close')
    await clock.advance(10_001)
    expect((await closed)[0]).toBe(1008)
  })

  test('drops who has been silent for 60 s', async () => {
    const [mute, alive] = [await open({ autoPong: false }), await open()]
    const closed = once(mute, 'close')
    for (let second = 0; second < 80; second += 10) {
      await clock.advance(10_000)
      await wait(10)
    }
    expect((await closed)[0]).toBe(1006)
    expect(alive.readyState).toBe(WebSocket.OPEN)
    alive.close()
  })
})
