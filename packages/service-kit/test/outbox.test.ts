import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, createLocalBus } from '@voipbin/bus'
import { createFakeClock, type EventLog, type FakeClock, recordEvents, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Faults, faultyBus } from './faulty-bus.ts'
import { customer_id } from './ids.ts'
import { shopContract } from './shop/contract.ts'
import { orders, shopWith } from './shop/index.ts'

let system: System
let clock: FakeClock
let bus: Bus
let faults: Faults
let log: EventLog
const shop = () => system.client(shopContract)
const start = async (options: { sqlUrl?: string; dataDir?: string } = {}) => {
  system = await startSystem({ services: [shopWith()], clock, bus, ...options })
  log = await recordEvents(bus, [shopContract])
}
const waiting = async () => {
  const database = system.platform.services[0]?.database
  return (await database?.outbox.state(database.engine.reader))?.waiting
}

beforeEach(() => {
  clock = createFakeClock()
  ;({ bus, faults } = faultyBus(createLocalBus({ now: clock.now, after: clock.after })))
})
afterEach(async () => {
  await system.close()
  await bus.close()
})

describe('events of commits', () => {
  test('reach subscribers at once, complete, in the order of their key, with the version as sequence', async () => {
    await start()
    const [one, two] = await Promise.all(['one', 'two'].map((name) => shop().createOrder({ customer_id, name, amount: 0 })))
    const ids = [one?.id ?? '', two?.id ?? '']
    for (let amount = 1; amount <= 20; amount++) await Promise.all(ids.map((id) => shop().changeOrder({ id, name: 'n', amount })))
    await clock.settle()
    for (const id of ids) {
      const own = log.events.filter(({ resource_id }) => resource_id === id)
      expect(own.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1))
      expect(own[0]).toMatchObject({ type: 'order_created', publisher: 'shop', customer_id, resource_id: id, order_key: id })
      expect(own[0]?.id).toMatch(/^[0-9a-f-]{36}$/)
      expect(own[0]?.request_id).toMatch(/^req_/)
      expect(own[0]?.data).not.toHaveProperty('pin')
    }
    expect(new Set(log.events.map((event) => event.id)).size).toBe(42)
    expect(await waiting()).toBe(0)
  })

  test('may be ordered by another field', async () => {
    await start()
    const { id } = await shop().createOrder({ customer_id, name: 'call-7', amount: 0 })
    await shop().deleteOrder({ id })
    await clock.settle()
    expect(log.events.at(-1)).toMatchObject({ type: 'order_deleted', order_key: 'call-7', resource_id: id })
  })

  test('are not there when the commit is not', async () => {
    system = await startSystem({
      services: [
        shopWith({
          createOrder: async (tx, fields) => {
            await orders.insert(tx, 'order_created', { ...fields, pin: '' })
            throw new Error('made to fail')
          },
        }),
      ],
      clock,
      bus,
    })
    log = await recordEvents(bus, [shopContract])
    await expect(shop().createOrder({ customer_id, name: 'a', amount: 0 })).rejects.toThrow()
    await clock.advance(1000)
    expect(log.events).toEqual([])
  })
})

describe('while the bus takes nothing', () => {
  test('events wait, and come in order when it is back', async () => {
    await start()
    faults.refusedPublishes = 5
    const { id } = await shop().createOrder({ customer_id, name: 'a', amount: 0 })
    for (let amount = 1; amount <= 5; amount++) await shop().changeOrder({ id, name: 'a', amount })
    await clock.settle()
    expect(log.events).toEqual([])
    expect(await waiting()).toBe(6)
    await clock.advance(4000)
    expect(log.events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6])
    expect(await waiting()).toBe(0)
  })

  test('events whose confirmation was lost come again, in order', async () => {
    await start()
    faults.unconfirmedPublishes = 1
    const { id } = await shop().createOrder({ customer_id, name: 'a', amount: 0 })
    await shop().changeOrder({ id, name: 'a', amount: 1 })
    await clock.advance(2000)
    const firsts = [...new Map(log.events.map((event) => [event.id, event])).values()]
    expect(firsts.map(({ sequence }) => sequence)).toEqual([1, 2])
    expect(await waiting()).toBe(0)
  })

  test('a stop loses nothing, and the next start publishes what was left', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true }))
    await start({ sqlUrl: 'sqlite:', dataDir })
    faults.refusedPublishes = 1000
    const { id } = await shop().createOrder({ customer_id, name: 'a', amount: 0 })
    await shop().changeOrder({ id, name: 'a', amount: 1 })
    await system.close()
    expect(log.events).toEqual([])
    faults.refusedPublishes = 0
    system = await startSystem({ services: [shopWith()], clock, bus, sqlUrl: 'sqlite:', dataDir })
    await clock.advance(500)
    expect(log.events.map(({ sequence }) => sequence)).toEqual([1, 2])
  })
})

describe('while one subscriber takes nothing yet', () => {
  const topics = [{ publisher: 'shop', type: 'order_created' }]
  let open: () => void
  let slow: string[]
  beforeEach(async () => {
    await start()
    slow = []
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const subscription = await bus.subscribe('slow', topics, async (events) => {
      await gate
      slow.push(...events.map(({ resource_id }) => resource_id))
    })
    await subscription.own([0, 1, 2, 3, 4, 5, 6, 7])
  })
  afterEach(() => open())
  const create = async (name: string) => {
    const { id } = await shop().createOrder({ customer_id, name, amount: 0 })
    await clock.advance(10)
    return id
  }
  const heard = () => log.events.map(({ type, resource_id }) => `${type} ${resource_id}`)

  test('the others hear of what comes after all the same, and it waits for nothing else', async () => {
    const ids = [await create('a'), await create('b')]
    await shop().changeOrder({ id: ids[0] ?? '', name: 'a', amount: 1 })
    await clock.advance(10)
    const all = [...ids.map((id) => `order_created ${id}`), `order_changed ${ids[0]}`]
    expect(heard()).toEqual(all)
    expect(slow).toEqual([])
    expect(await waiting()).toBe(3) // what is not held by all of them is kept, and what comes after it
    open()
    await clock.advance(10)
    expect([...slow].sort()).toEqual([...ids].sort())
    expect(await waiting()).toBe(0)
    const last = await create('c') // at a position that was another's before
    expect(heard()).toEqual([...all, `order_created ${last}`])
    expect(slow).toContain(last)
    expect(await waiting()).toBe(0)
  })

  test('what the bus refuses meanwhile comes again, after it', async () => {
    const first = await create('a')
    faults.refusedPublishes = 1
    const second = await create('b')
    expect(heard()).toEqual([`order_created ${first}`])
    open()
    await clock.advance(1000)
    expect(heard()).toEqual([`order_created ${first}`, `order_created ${second}`])
    expect(await waiting()).toBe(0)
  })
})

test('a backlog of thousands leaves in order, and others get their turn meanwhile', async () => {
  await start()
  faults.refusedPublishes = 1
  const database = system.platform.services[0]?.database
  await Promise.all(Array.from({ length: 1000 }, (_, amount) => shop().createOrder({ customer_id, name: 'a', amount })))
  await clock.advance(3000)
  expect(log.events).toHaveLength(1000)
  expect(await database?.outbox.read(database.engine.reader, 10)).toEqual([])
})
