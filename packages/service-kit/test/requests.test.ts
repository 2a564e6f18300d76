import type { RequestEnvelope } from '@voipbin/bus'
import { systemActor } from '@voipbin/contracts/actor'
import { ServiceError } from '@voipbin/contracts/errors'
import { currentContext, runInContext, systemContext } from '@voipbin/service-kit'
import { createFakeClock, type FakeClock, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { customer_id, unknownId } from './ids.ts'
import { type Order, shopContract } from './shop/contract.ts'
import { orders, shopWith } from './shop/index.ts'

let system: System
let clock: FakeClock
const shop = () => system.client(shopContract)
const start = async (service = shopWith()) => {
  system = await startSystem({ services: [service], clock })
}
const envelope = (method: string, input: unknown): RequestEnvelope => ({
  ...{ service: 'shop', method, input, deadline: clock.now() + 1000, operation_id: 'op', repeated: false },
  ...{ request_id: 'req_1', trace: '', actor: systemActor, publisher: 'test' },
})

beforeEach(() => {
  clock = createFakeClock()
})
afterEach(() => system.close())

describe('input', () => {
  beforeEach(() => start())

  test.each([
    ['a missing field', { customer_id, name: 'a' }, 'amount'],
    ['a wrong type', { customer_id, name: 'a', amount: 'two' }, 'amount'],
    ['too long a text', { customer_id, name: 'a'.repeat(256), amount: 1 }, 'name'],
    ['an unknown field', { customer_id, name: 'a', amount: 1, colour: 'red' }, 'colour'],
  ])('with %s is refused by name', async (_, input, field) => {
    const reply = await system.bus.request(envelope('createOrder', input))
    expect(reply).toMatchObject({ error: { status: 'INVALID_ARGUMENT', details: [{ field }] } })
  })

  test.each(['dropOrder', 'constructor', '__proto__', 'toString'])('for the unknown method "%s" is refused', async (method) => {
    expect(await system.bus.request(envelope(method, {}))).toMatchObject({ error: { status: 'UNAVAILABLE', reason: 'METHOD_NOT_SERVED' } })
  })
})

describe('output', () => {
  test('that does not fit the contract is an error of the producer, and nothing is written', async () => {
    await start(
      shopWith({
        createOrder: async (tx, fields) => ({ ...(await orders.insert(tx, 'order_created', { ...fields, pin: '' })), amount: 0.5 }),
      }),
    )
    await expect(shop().createOrder({ customer_id, name: 'a', amount: 1 })).rejects.toMatchObject({
      status: 'INTERNAL',
      message: 'Internal error',
    })
    expect((await shop().listOrders({ customer_id })).result).toEqual([])
  })

  test('carries a secret only where the method reveals it', async () => {
    await start()
    const made = await shop().createOrder({ customer_id, name: 'a', amount: 1 })
    expect(made).not.toHaveProperty('pin')
    expect(await shop().getOrder({ id: made.id })).not.toHaveProperty('pin')
    expect((await shop().listOrders({ customer_id })).result[0]).not.toHaveProperty('pin')
    expect(await shop().revealPin({ id: made.id })).toEqual({ id: made.id, pin: '9876' })
  })

  test('carries no field that the contract does not name', async () => {
    await start(shopWith({ ask: async () => ({ text: 'a', extra: 1 }) as { text: string } }))
    expect(await shop().ask({ text: '' })).toEqual({ text: 'a' })
  })
})

describe('errors', () => {
  test('cross with status, reason, message and details, unknown ones as INTERNAL without their text', async () => {
    const details = [{ queue: 'support' }]
    await start(
      shopWith({
        ask: async () => {
          throw new ServiceError('FAILED_PRECONDITION', 'QUEUE_FULL', 'Cannot join: full', { details })
        },
        act: async () => {
          throw new TypeError('password "hunter2" is wrong')
        },
      }),
    )
    await expect(shop().ask({ text: '' })).rejects.toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'QUEUE_FULL', details })
    await expect(shop().act({ text: '' })).rejects.toMatchObject({ status: 'INTERNAL', reason: 'INTERNAL', message: 'Internal error' })
    expect(system.logs.filter(({ message }) => message === 'request failed')).toHaveLength(1)
  })

  test('of a missing resource name it', async () => {
    await start()
    await expect(shop().getOrder({ id: unknownId })).rejects.toMatchObject({
      reason: 'RESOURCE_NOT_FOUND',
      message: `Cannot find order "${unknownId}"`,
    })
  })
})

describe('a query', () => {
  test('may not write, neither by statement nor by query builder', async () => {
    await start(
      shopWith({
        ask: async (read, { text }) => {
          if (text === 'statement') await read.connection.run('delete from shop_orders', [])
          else await read.db.deleteFrom('shop_orders').execute()
          return { text }
        },
      }),
    )
    await shop().createOrder({ customer_id, name: 'a', amount: 1 })
    for (const text of ['statement', 'builder']) await expect(shop().ask({ text })).rejects.toMatchObject({ status: 'INTERNAL' })
    expect((await shop().listOrders({ customer_id })).result).toHaveLength(1)
  })
})

describe('the context', () => {
  test('travels: deadline, actor, request id, trace', async () => {
    const seen: unknown[] = []
    await start(
      shopWith(({ client }) => ({
        act: async (_, { text }) => client(shopContract).ask({ text }),
        ask: async (_, input) => {
          seen.push({ ...currentContext(), ordinal: 0, operationId: '' })
          return input
        },
      })),
    )
    const actor = { kind: 'agent', id: unknownId, customer_id, permission: 16 } as const
    const context = { requestId: 'req_abc', trace: '00-aa-bb-01', actor, deadline: clock.now() + 5000, operationId: 'op', ordinal: 0 }
    await runInContext(context, () => shop().act({ text: 'a' }))
    expect(seen).toEqual([{ ...context, operationId: '', ordinal: 0 }])
  })

  test('ends a nested call at the deadline of the first', async () => {
    let nested: unknown
    const blocked = Promise.withResolvers<{ text: string }>()
    await start(
      shopWith(({ client }) => ({
        act: async (_, { text }) => {
          nested = await client(shopContract)
            .ask({ text })
            .catch((error: unknown) => error)
          return { text }
        },
        ask: () => blocked.promise,
      })),
    )
    const context = systemContext({ requestId: 'req_abc', operationId: 'op', deadline: clock.now() + 2000 })
    const call = runInContext(context, () => shop().act({ text: 'a' })).catch((error: unknown) => error)
    await clock.advance(1999)
    expect(nested).toBeUndefined()
    await clock.advance(2)
    expect(nested).toMatchObject({ status: 'UNAVAILABLE', reason: 'REQUEST_TIMEOUT' })
    expect(await call).toMatchObject({ reason: 'REQUEST_TIMEOUT' })
    blocked.resolve({ text: '' })
  })

  test('is 30 s without a deadline, 120 s for a long method, and less where who calls waits no longer', async () => {
    const deadlines: number[] = []
    const note = async (_: unknown, input: { text: string }) => {
      deadlines.push((currentContext()?.deadline ?? 0) - clock.now())
      return input
    }
    await start(shopWith({ ask: note, linger: note }))
    await shop().ask({ text: '' })
    await shop().linger({ text: '' })
    await shop().linger({ text: '' }, { timeoutMs: 3000 })
    expect(deadlines).toEqual([30_000, 120_000, 3000])
  })
})

describe('a missed compare-and-set', () => {
  const racing = (losses: number) => {
    let runs = 0
    return {
      runs: () => runs,
      service: shopWith(({ client }) => ({
        change: async (tx, { text: id }) => {
          const order = await orders.get(tx, id)
          runs++
          // As if another replica had written in between: the row that is saved is not the one that was read.
          const stale: Order = runs <= losses ? { ...order, version: order.version - 1 } : order
          await orders.update(tx, 'order_changed', stale, { amount: order.amount + 1 })
          return { text: id }
        },
        act: async (_, input) => client(shopContract).ask(input),
      })),
    }
  }

  test('is run again, twice if need be', async () => {
    const { runs, service } = racing(2)
    await start(service)
    const { id } = await shop().createOrder({ customer_id, name: 'a', amount: 1 })
    await shop().change({ text: id })
    expect(runs()).toBe(3)
    expect(await shop().getOrder({ id })).toMatchObject({ amount: 2, version: 2 })
  })

  test('is a conflict after the third time, and leaves nothing', async () => {
    const { runs, service } = racing(3)
    await start(service)
    const { id } = await shop().createOrder({ customer_id, name: 'a', amount: 1 })
    await expect(shop().change({ text: id })).rejects.toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'CONFLICT' })
    expect(runs()).toBe(3)
    expect(await shop().getOrder({ id })).toMatchObject({ amount: 1, version: 1 })
  })
})
