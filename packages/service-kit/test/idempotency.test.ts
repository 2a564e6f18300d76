import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, createLocalBus } from '@voipbin/bus'
import { ServiceError } from '@voipbin/contracts/errors'
import { runInContext, systemContext } from '@voipbin/service-kit'
import { createFakeClock, type FakeClock, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Faults, faultyBus } from './faulty-bus.ts'
import { customer_id, otherCustomer } from './ids.ts'
import { mailContract } from './mail/contract.ts'
import { mailWith } from './mail/index.ts'
import { shopContract } from './shop/contract.ts'
import { orders, shopWith } from './shop/index.ts'

let system: System
let clock: FakeClock
let bus: Bus
let faults: Faults
const shop = () => system.client(shopContract)
const mail = () => system.client(mailContract)
const start = async (service = shopWith()) => {
  system = await startSystem({ services: [mailWith(), service], clock, bus })
}
const input = { customer_id, name: 'a', amount: 1 }
const orderCount = async () => (await shop().listOrders({ customer_id })).result.length

beforeEach(() => {
  clock = createFakeClock()
  ;({ bus, faults } = faultyBus(createLocalBus({ now: clock.now, after: clock.after })))
})
afterEach(async () => {
  await system.close()
  await bus.close()
})

describe('a mutation that is repeated under its operation id', () => {
  test('gets the same reply and does nothing twice', async () => {
    await start()
    const first = await shop().createOrder(input, { operationId: 'op-1' })
    await clock.advance(5000)
    expect(await shop().createOrder(input, { operationId: 'op-1' })).toEqual(first)
    expect(await shop().createOrder(input, { operationId: 'op-1', repeated: false })).toEqual(first)
    expect(await orderCount()).toBe(1)
    await clock.advance(1000)
    expect(faults.published.filter(({ type }) => type === 'order_created')).toHaveLength(1)
  })

  test('with another input, or for another method, is refused', async () => {
    await start()
    const { id } = await shop().createOrder(input, { operationId: 'op-1' })
    const reused = { status: 'ALREADY_EXISTS', reason: 'IDEMPOTENCY_KEY_REUSED' }
    await expect(shop().createOrder({ ...input, amount: 2 }, { operationId: 'op-1' })).rejects.toMatchObject(reused)
    await expect(shop().createOrder({ ...input, amount: 2 }, { operationId: 'op-1', repeated: false })).rejects.toMatchObject(reused)
    await expect(shop().deleteOrder({ id }, { operationId: 'op-1' })).rejects.toMatchObject(reused)
    expect(await orderCount()).toBe(1)
  })

  test('is another one for another customer', async () => {
    await start()
    const as = (customer: string) => {
      const actor = { kind: 'accesskey', id: 'k', customer_id: customer, permission: 0 } as const
      const context = { ...systemContext({ requestId: 'r', operationId: 'x' }), actor }
      return runInContext(context, () => shop().createOrder({ ...input, customer_id: customer }, { operationId: 'op-1' }))
    }
    const [mine, theirs] = [await as(customer_id), await as(otherCustomer)]
    expect(mine.customer_id).toBe(customer_id)
    expect(theirs.customer_id).toBe(otherCustomer)
  })

  test('at the same time is done once, whatever the state that the first leaves', async () => {
    await start()
    const { id } = await shop().createOrder(input)
    const replies = await Promise.all(Array.from({ length: 10 }, () => shop().deleteOrder({ id }, { operationId: 'op-1' })))
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1)
    await expect(shop().deleteOrder({ id }, { operationId: 'op-2' })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })

  test('at the same time is done once also in a file, where several transactions share one commit', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true }))
    system = await startSystem({ services: [shopWith()], clock, bus, sqlUrl: 'sqlite:', dataDir })
    const once = { operationId: 'op-1', repeated: false }
    const replies = await Promise.all(Array.from({ length: 10 }, () => shop().createOrder(input, once)))
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1)
    expect(await orderCount()).toBe(1)
  })

  test('after its reply was lost gets it', async () => {
    await start()
    faults.lostReplies.push('createOrder')
    const reply = await shop().createOrder(input)
    expect(reply).toMatchObject(input)
    expect(await orderCount()).toBe(1)
    expect(faults.requests.filter(({ method }) => method === 'createOrder').map(({ repeated }) => repeated)).toEqual([false, true])
  })

  test('after a restart gets its reply, for a day', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true }))
    const files = { services: [shopWith()], clock, bus, sqlUrl: 'sqlite:', dataDir }
    system = await startSystem(files)
    const first = await shop().createOrder(input, { operationId: 'op-1' })
    await system.close()
    system = await startSystem(files)
    await clock.jump(23 * 3_600_000)
    expect(await shop().createOrder(input, { operationId: 'op-1' })).toEqual(first)
    await clock.jump(2 * 3_600_000)
    expect((await shop().createOrder(input, { operationId: 'op-1' })).id).not.toBe(first.id)
  })

  test('with a secret in its reply gets it, though the database shows nothing of it', async () => {
    await start()
    const { id } = await shop().createOrder(input)
    const first = await shop().revealPin({ id }, { operationId: 'op-secret' })
    expect(first.pin).toBe('9876')
    const database = system.platform.services.find(({ name }) => name === 'shop')?.database
    const stored = await database?.engine.reader.all('select * from shop_operations where method = ?', ['revealPin'])
    expect(JSON.stringify(stored)).not.toMatch(/9876|op-secret/)
    expect(await shop().revealPin({ id }, { operationId: 'op-secret' })).toEqual(first)
    expect((await shop().getOrder({ id })).version).toBe(2)
  })

  test('that was refused is tried anew: errors are not stored', async () => {
    let isOpen = false
    await start(
      shopWith({
        createOrder: (tx, fields) => {
          if (!isOpen) throw new ServiceError('FAILED_PRECONDITION', 'SHOP_CLOSED', 'Cannot order: closed')
          return orders.insert(tx, 'order_created', { ...fields, pin: '' })
        },
      }),
    )
    await expect(shop().createOrder(input, { operationId: 'op-1' })).rejects.toMatchObject({ reason: 'SHOP_CLOSED' })
    isOpen = true
    expect(await shop().createOrder(input, { operationId: 'op-1' })).toMatchObject(input)
  })
})

describe('a command that is done once, repeated under its operation id,', () => {
  test('gets the same reply, does nothing twice, and looks no more', async () => {
    let looks = 0
    await start(
      shopWith({
        buy: (ctx, fields) => {
          if (looks++ > 0) throw new ServiceError('FAILED_PRECONDITION', 'SHOP_CLOSED', 'Cannot buy: closed')
          return ctx.transaction((tx) => orders.insert(tx, 'order_created', { ...fields, pin: '' }))
        },
      }),
    )
    const first = await shop().buy(input, { operationId: 'op-1' })
    expect(first).toMatchObject(input)
    expect(first).not.toHaveProperty('pin')
    expect(await shop().buy(input, { operationId: 'op-1' })).toEqual(first)
    await expect(shop().buy({ ...input, amount: 2 }, { operationId: 'op-1' })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' })
    await expect(shop().buy(input, { operationId: 'op-2' })).rejects.toMatchObject({ reason: 'SHOP_CLOSED' })
    expect([await orderCount(), looks]).toEqual([1, 2])
  })

  test('at the same time is done once', async () => {
    await start()
    const replies = await Promise.all(Array.from({ length: 10 }, () => shop().buy(input, { operationId: 'op-1', repeated: false })))
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1)
    expect(await orderCount()).toBe(1)
  })

  test('at the same time is answered too where the first one is why it would be refused', async () => {
    let looks = 0
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await start(
      shopWith({
        buy: async (ctx, fields) => {
          await gates[looks++]?.promise
          if ((await orders.list(ctx.read(), { customer_id, page_size: 1, page_token: '' })).result.length > 0)
            throw new ServiceError('FAILED_PRECONDITION', 'SOLD_OUT', 'Cannot buy: the only one is sold')
          return ctx.transaction((tx) => orders.insert(tx, 'order_created', { ...fields, pin: '' }))
        },
      }),
    )
    const [first, second] = [0, 1].map(() => shop().buy(input, { operationId: 'op-1', repeated: false }))
    gates[0]?.resolve()
    const reply = await first
    gates[1]?.resolve()
    expect(await second).toEqual(reply)
    await expect(shop().buy(input, { operationId: 'op-2' })).rejects.toMatchObject({ reason: 'SOLD_OUT' })
  })

  test('is refused where it has another transaction, or none', async () => {
    const insert = { ...input, pin: '' }
    await start(
      shopWith({
        buy: async (ctx, { name }) => {
          const ordered = name === 'none' ? undefined : await ctx.transaction((tx) => orders.insert(tx, 'order_created', insert))
          return name === 'two' ? ctx.transaction((tx) => orders.insert(tx, 'order_created', insert)) : (ordered as never)
        },
      }),
    )
    for (const name of ['two', 'none'])
      await expect(shop().buy({ ...input, name }, { operationId: name })).rejects.toMatchObject({ status: 'INTERNAL' })
  })
})

describe('nested calls', () => {
  test('are named after their parent, method and place, so a retry of the parent repeats nothing', async () => {
    let failures = 1
    await start(
      shopWith(({ client }) => ({
        act: async (_, { text }) => {
          await client(mailContract).postLetter({ customer_id, text: `${text} first` })
          await client(mailContract).postLetter({ customer_id, text: `${text} second` })
          if (failures-- > 0) throw new ServiceError('INTERNAL', 'CRASH', 'made to fail')
          return { text }
        },
      })),
    )
    const again = () => shop().act({ text: 'a' }, { operationId: 'op-1' })
    await expect(again()).rejects.toMatchObject({ reason: 'CRASH' })
    await again()
    expect((await mail().listLetters({ customer_id })).result.map(({ text }) => text)).toEqual(['a second', 'a first'])
    await shop().act({ text: 'a' }, { operationId: 'op-2' })
    expect((await mail().listLetters({ customer_id })).result).toHaveLength(4)
  })
})
