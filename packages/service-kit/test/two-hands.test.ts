import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { createSystemClock, type Listener, on } from '@voipbin/service-kit'
import { type Database, openDatabase, openEngine, type Tx } from '@voipbin/sql'
import { createMysqlDatabase, type MysqlDatabase, requireServer } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createIds } from '../src/ids.ts'
import { createEventHandler, type ListenParts } from '../src/listen.ts'
import { createLogger } from '../src/logger.ts'
import { createMetrics } from '../src/metrics.ts'
import { startParkedRetries } from '../src/retry-parked.ts'
import { type Order, shopContract } from './shop/contract.ts'

const serverUrl = requireServer('sql')

describe.skipIf(serverUrl === undefined)('two instances that hold the same events, because one of them hung and was replaced', () => {
  let own: MysqlDatabase
  const databases: Database[] = []

  beforeEach(async () => {
    own = await createMysqlDatabase(serverUrl ?? '')
  })
  afterEach(async () => {
    await Promise.all(databases.splice(0).map((database) => database.close()))
    await own.drop()
  })

  async function open(): Promise<Database> {
    const clock = createSystemClock()
    const engine = await openEngine({ url: own.url, poolSize: 6, service: 'mail', dataFolder: '', synchronous: 'NORMAL' })
    const source = { now: clock.time, newId: createIds(clock) }
    const database = openDatabase(engine, { service: 'mail', source, migrations: '/none', onCommit: () => undefined })
    await database.migrate()
    databases.push(database)
    return database
  }

  const partsOf = (database: Database, listener: Listener): ListenParts => ({
    ...{ service: 'mail', listeners: [listener], database, clock: createSystemClock() },
    ...{ log: createLogger('silent', {}), metrics: createMetrics(), onParked: () => undefined },
  })

  test('apply each once, and none before an earlier one of its key', async () => {
    const violations: string[] = []
    let failures = 0
    const effect = async (tx: Tx, { order_key, sequence }: EventEnvelope<Order>) => {
      const [row] = await tx.connection.all('select last from followed where id = ?', [order_key])
      const last = Number(row?.['last'])
      if (sequence !== last + 1) violations.push(`${order_key}: ${sequence} after ${last}`)
      await tx.connection.run('update followed set last = ? where id = ?', [sequence, order_key])
      if (Math.random() < 0.1) {
        failures++
        throw new Error('made to fail')
      }
    }
    const listener = on(shopContract, 'order_changed', effect, { name: 'follow' })
    const [one, two] = [await open(), await open()]
    const keys = ['a', 'b', 'c', 'd']
    await one.engine.inTransaction(async (connection) => {
      await connection.exec('create table followed (id varchar(10) primary key, last int not null)')
      for (const key of keys) await connection.run('insert into followed (id, last) values (?, 0)', [key])
    })
    const count = 60
    const events = Array.from({ length: count }, (_, n) => keys.map((key) => event(key, n + 1))).flat()
    const retries = startParkedRetries(partsOf(one, listener), () => true)

    /** As a consumer of the partition: in order, by batches of any size. */
    const consume = async (database: Database) => {
      const handler = createEventHandler(partsOf(database, listener))
      for (let start = 0; start < events.length; ) {
        const size = 1 + Math.floor(Math.random() * 10)
        await handler(events.slice(start, start + size), 0)
        start += size
      }
    }
    await Promise.all([consume(one), consume(two)])
    const isDone = async () => (await one.engine.reader.all('select id from followed where last = ?', [count])).length === keys.length
    await expect.poll(isDone, { timeout: 60_000, interval: 100 }).toBe(true)
    await retries.close()
    expect(violations).toEqual([])
    expect(failures).toBeGreaterThan(5)
  }, 90_000)

  test('see what the other has parked a moment ago', async () => {
    const outside = AsyncLocalStorage.snapshot()
    const applied: string[] = []
    const effectOf =
      (name: string, isBroken: boolean) =>
      async (_: Tx, { sequence }: EventEnvelope<Order>) => {
        if (isBroken) throw new Error('made to fail')
        applied.push(`${name} ${sequence}`)
      }
    const [one, two] = [await open(), await open()]
    const handlerOf = (database: Database, name: string, isBroken: boolean) =>
      createEventHandler(partsOf(database, on(shopContract, 'order_changed', effectOf(name, isBroken), { name: 'same' })))
    const [first, second] = [event('a', 1), event('a', 2)]
    const { takeAll } = one.inbox
    const inbox = one.inbox as { takeAll: typeof takeAll }
    // The other one comes in between: after this transaction began, before it takes anything.
    inbox.takeAll = async (connection, wanted) => {
      inbox.takeAll = takeAll
      await outside(() => handlerOf(two, 'two', true)([first], 0))
      return takeAll(connection, wanted)
    }
    await handlerOf(one, 'one', false)([first, second], 0)
    expect(applied).toEqual([])
    expect(await one.inbox.counts(one.engine.reader)).toEqual({ waiting: 2, dead: 0 })
  })
})

function event(key: string, sequence: number): EventEnvelope {
  return {
    ...{ id: crypto.randomUUID(), time: '', type: 'order_changed', publisher: 'shop', customer_id: '', resource_id: key, order_key: key },
    ...{ sequence, request_id: 'req_test', trace: '', data: {} },
  }
}
