import { type Bus, createLocalBus, partitionOf } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { type DeadLetter, type Listener, on } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { createFakeClock, type FakeClock, publishEvent, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Faults, faultyBus } from './faulty-bus.ts'
import { customer_id, unknownId } from './ids.ts'
import { mailContract } from './mail/contract.ts'
import { letters, mailWith } from './mail/index.ts'
import { type Order, shopContract } from './shop/contract.ts'

let system: System
let clock: FakeClock
let bus: Bus
let faults: Faults

const start = async (...events: Listener[]) => {
  system = await startSystem({ services: [mailWith({ events })], clock, bus })
}
const written = async () => {
  const page = { customer_id, page_size: 1000, page_token: '' }
  return (await system.client(mailContract).listLetters(page)).result.map(({ text }) => text).toReversed()
}
const operate = (method: string, input: unknown): Promise<unknown> =>
  system.platform.caller.call({ service: 'mail', method, kind: 'mutation', timeout: 'default' }, input)
const deadLetters = async () => ((await operate('kernel.listDeadLetters', {})) as { result: DeadLetter[] }).result

type Changed = EventEnvelope<Order>
const write = (tx: Tx, { data }: Changed) => letters.insert(tx, 'letter_posted', { customer_id, text: `${data.name}${data.amount}` })
/** What `order_changed` of the given name and amounts fails with, as long as they are in the set. */
const broken = new Set<string>()
const writeUnlessBroken = async (tx: Tx, event: Changed) => {
  await write(tx, event)
  if (broken.has(`${event.data.name}${event.data.amount}`)) throw new Error(`cannot write ${event.data.name}${event.data.amount}`)
}

const order = (name: string, amount: number): Order => ({
  ...{ id: `${name.repeat(8)}-0000-4000-8000-000000000000`, customer_id, name, amount, pin: '' },
  ...{ tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null, version: amount },
})
const change = (name: string, amount: number) => publishEvent(bus, shopContract, 'order_changed', order(name, amount))

beforeEach(() => {
  broken.clear()
  clock = createFakeClock()
  ;({ bus, faults } = faultyBus(createLocalBus({ now: clock.now, after: clock.after })))
})
afterEach(async () => {
  await system.close()
  await bus.close()
})

describe('a listener', () => {
  test('applies each event once, though each is delivered twice', async () => {
    faults.isDoubling = true
    await start(on(shopContract, 'order_changed', writeUnlessBroken))
    for (let amount = 1; amount <= 5; amount++) await change('a', amount)
    await Promise.all([6, 7, 8].map((amount) => change('a', amount)))
    expect(await written()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8'])
  })

  test('applies up to 50 events in one transaction', async () => {
    const transactions = new Set<unknown>()
    const effect = async (tx: Tx, event: Changed) => {
      transactions.add(tx.now)
      await write(tx, event)
    }
    await start(on(shopContract, 'order_changed', effect))
    await Promise.all(Array.from({ length: 100 }, (_, amount) => change('a', amount)))
    expect(await written()).toHaveLength(100)
    expect(transactions.size).toBe(2)
  })

  test('makes its batch smaller on request', async () => {
    const transactions = new Set<unknown>()
    const effect = async (tx: Tx) => void transactions.add(tx.now)
    await start(on(shopContract, 'order_changed', effect, { batch: 10 }))
    await Promise.all(Array.from({ length: 50 }, (_, amount) => change('a', amount)))
    expect(transactions.size).toBe(5)
  })

  test('does each event of a batch in its own name', async () => {
    const effect = async (tx: Tx, { data }: Changed) => void tx.request(mailContract, 'postLetter', { customer_id, text: data.name })
    await start(on(shopContract, 'order_changed', effect))
    const publish = (amount: number) => ({ ...event(order('a', amount)), request_id: `req_${amount}` })
    await bus.publish([1, 2, 3].map(publish))
    await clock.settle()
    const posted = faults.requests.filter(({ method }) => method === 'postLetter')
    expect(posted.map(({ request_id }) => request_id).sort()).toEqual(['req_1', 'req_2', 'req_3'])
    expect(new Set(posted.map(({ operation_id }) => operation_id)).size).toBe(3)
  })

  test('gets the events of a key in order also where another listener has those of another type', async () => {
    const note = (kind: string) => async (tx: Tx, event: EventEnvelope) => {
      await letters.insert(tx, 'letter_posted', { customer_id, text: `${kind} ${event.sequence}` })
    }
    // The listener of what comes last is named first.
    await start(
      on(shopContract, 'order_deleted', note('deleted'), { name: 'a' }),
      on(shopContract, 'order_changed', note('changed'), { name: 'b' }),
      on(shopContract, 'order_created', note('created'), { name: 'c' }),
    )
    const types = ['order_created', 'order_changed', 'order_deleted']
    await bus.publish(types.map((type, index) => ({ ...event(order('a', index + 1)), type })))
    expect(await written()).toEqual(['created 1', 'changed 2', 'deleted 3'])
  })

  test('that is one of two for an event fails alone', async () => {
    broken.add('a1')
    await start(
      on(shopContract, 'order_changed', writeUnlessBroken, { name: 'first' }),
      on(
        shopContract,
        'order_changed',
        async (tx, { data }) => void (await letters.insert(tx, 'letter_posted', { customer_id, text: `second ${data.amount}` })),
        {
          name: 'second',
        },
      ),
    )
    await change('a', 1)
    await change('a', 2)
    expect(await written()).toEqual(['second 1', 'second 2'])
    broken.clear()
    await clock.advance(1010)
    expect((await written()).slice(2)).toEqual(['a1', 'a2'])
  })
})

describe('an event that fails', () => {
  test('in a batch parks only itself; later ones of its key wait behind it, other keys flow on', async () => {
    broken.add('a2')
    await start(on(shopContract, 'order_changed', writeUnlessBroken))
    // One partition, so that all of them are one batch.
    const keys = samePartition(['a', 'b', 'c', 'd', 'e', 'f', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    const [left, right] = keys as [string, string]
    broken.add(`${left}2`)
    await bus.publish([1, 2, 3, 4].flatMap((amount) => [event(order(left, amount)), event(order(right, amount))]))
    expect((await written()).sort()).toEqual([`${left}1`, `${right}1`, `${right}2`, `${right}3`, `${right}4`].sort())
    await change(left, 5)
    await change(right, 5)
    expect((await written()).at(-1)).toBe(`${right}5`)
    broken.clear()
    await clock.advance(1010)
    const own = (await written()).filter((text) => text.startsWith(left))
    expect(own).toEqual([1, 2, 3, 4, 5].map((amount) => `${left}${amount}`))
  })

  test('is tried again after 1, 2, 4, 8, 16 and 32 s, then dead; its key goes on', async () => {
    const triedAt: number[] = []
    await start(
      on(
        shopContract,
        'order_changed',
        async (tx, event: Changed) => {
          if (event.data.amount === 1) {
            triedAt.push(clock.monotonic() / 1000)
            throw new Error('never works', { cause: new TypeError('the cause') })
          }
          await write(tx, event)
        },
        { name: 'write' },
      ),
    )
    await change('a', 1)
    await change('a', 2)
    await clock.advance(62_900)
    expect(await written()).toEqual([])
    await clock.advance(200)
    expect(triedAt.map(Math.round)).toEqual([0, 1, 3, 7, 15, 31, 63])
    expect(await written()).toEqual(['a2'])
    expect(await deadLetters()).toMatchObject([
      {
        name: 'event:1',
        what: 'shop.order_changed:write',
        subject: `order_changed ${order('a', 1).id}`,
        attempts: 7,
        error: 'Error: never works: TypeError: the cause',
        payload: { data: { amount: 1 } },
      },
    ])
    await change('a', 3)
    expect(await written()).toEqual(['a2', 'a3'])
  })

  test('and is dead is replayed on request: by name, or all', async () => {
    for (const name of ['a', 'b', 'c']) broken.add(`${name}1`)
    await start(on(shopContract, 'order_changed', writeUnlessBroken))
    for (const name of ['a', 'b', 'c']) await change(name, 1)
    await clock.advance(70_000)
    expect(await deadLetters()).toHaveLength(3)
    broken.clear()
    const dead = (await deadLetters()).find(({ subject }) => subject.endsWith(order('b', 1).id))
    expect(await operate('kernel.replayDeadLetters', { names: [dead?.name, 'event:99', `job:${unknownId}`] })).toEqual({ replayed: 1 })
    await clock.advance(1010)
    expect(await written()).toEqual(['b1'])
    expect(await operate('kernel.replayDeadLetters', { names: 'all' })).toEqual({ replayed: 2 })
    await clock.advance(1010)
    expect((await written()).sort()).toEqual(['a1', 'b1', 'c1'])
    expect(await deadLetters()).toEqual([])
  })

  test('is not applied by a second delivery while it waits', async () => {
    broken.add('a1')
    await start(on(shopContract, 'order_changed', writeUnlessBroken))
    const first = await change('a', 1)
    broken.clear()
    await bus.publish([first, first])
    expect(await written()).toEqual([])
    await clock.advance(1010)
    expect(await written()).toEqual(['a1'])
  })

  test('is dropped by nobody when its listener is unknown to this release, and does not hurry to its end', async () => {
    broken.add('a1')
    await start(on(shopContract, 'order_changed', writeUnlessBroken, { name: 'of the next release' }))
    await change('a', 1)
    const database = system.platform.services[0]?.database
    await database?.engine.inTransaction(async (connection) => {
      await connection.run('update mail_parked set listener = ?', ['of the next release, surely'])
    })
    await clock.advance(600_000)
    expect(await deadLetters()).toEqual([])
    const [parked] = (await database?.engine.reader.all('select state, error from mail_parked', [])) ?? []
    expect(parked).toMatchObject({ state: 'waiting', error: expect.stringContaining('No listener') })
  })
})

function event(data: Order): EventEnvelope {
  const { customer_id: customer, id, version } = data
  const time = '2026-01-01T00:00:00.000000Z'
  return {
    ...{ id: crypto.randomUUID(), time, type: 'order_changed', publisher: 'shop', customer_id: customer, resource_id: id, order_key: id },
    ...{ sequence: version, request_id: 'req_test', trace: '', data },
  }
}

function samePartition(names: readonly string[]): string[] {
  const groups = Map.groupBy(names, (name) => partitionOf(order(name, 1).id))
  return [...groups.values()].find((group) => group.length >= 2) ?? []
}
