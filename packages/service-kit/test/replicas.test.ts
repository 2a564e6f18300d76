import { type Bus, createLocalBus } from '@voipbin/bus'
import { job, on } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import {
  createMysqlDatabase,
  createStallingClock,
  type MysqlDatabase,
  recordEvents,
  requireServer,
  type StallingClock,
  type System,
  startSystem,
} from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { customer_id } from './ids.ts'
import { mailContract } from './mail/contract.ts'
import { letters, mailWith } from './mail/index.ts'
import { shopContract } from './shop/contract.ts'
import { shopWith } from './shop/index.ts'

const serverUrl = requireServer('sql')

type Replica = System & { readonly clock: StallingClock }

describe.skipIf(serverUrl === undefined)('two replicas on one MySQL database', () => {
  let own: MysqlDatabase
  let bus: Bus
  let replicas: Replica[]

  beforeEach(async () => {
    own = await createMysqlDatabase(serverUrl ?? '')
    bus = createLocalBus()
    replicas = []
  })
  afterEach(async () => {
    for (const replica of replicas) replica.clock.resume()
    await Promise.all(replicas.map((replica) => replica.close()))
    await bus.close()
    await own.drop()
  })

  const start = async (...services: Parameters<typeof startSystem>[0]['services']): Promise<Replica> => {
    const clock = createStallingClock()
    const system = await startSystem({ services, bus, sqlUrl: own.url, clock })
    const replica = { ...system, clock }
    replicas.push(replica)
    return replica
  }
  const shop = () => (replicas[0] as Replica).client(shopContract)
  const allLetters = async () => {
    const page = { customer_id, page_size: 1000, page_token: '' }
    return ((await replicas.at(-1)?.client(mailContract).listLetters(page))?.result ?? []).map(({ text }) => text)
  }

  test('do a mutation once that reaches both at the same time', async () => {
    await start(shopWith())
    await start(shopWith())
    const { id } = await shop().createOrder({ customer_id, name: 'a', amount: 1 })
    for (let round = 0; round < 20; round++) {
      const change = { id, name: 'a', amount: round }
      const replies = await Promise.all(Array.from({ length: 6 }, () => shop().changeOrder(change, { operationId: `op-${round}` })))
      expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1)
    }
    expect(await shop().getOrder({ id })).toMatchObject({ version: 21, amount: 19 })
  })

  test('that change one row at the same time lose none of the changes that they confirm', async () => {
    await start(shopWith())
    await start(shopWith())
    const log = await recordEvents(bus, [shopContract])
    const { id } = await shop().createOrder({ customer_id, name: 'a', amount: 0 })
    const change = async () => {
      const outcome = await shop()
        .changeOrder({ id, name: 'a', amount: 1 })
        .catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'CONFLICT' })
      return !(outcome instanceof Error)
    }
    const confirmed = (await Promise.all(Array.from({ length: 60 }, change))).filter(Boolean).length
    expect(confirmed).toBeGreaterThan(0)
    expect((await shop().getOrder({ id })).version).toBe(1 + confirmed)
    await expect.poll(() => log.events.length).toBe(1 + confirmed)
    expect(log.events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 1 + confirmed }, (_, n) => n + 1))
  })

  test('run each job once, also when one of them dies with jobs in its hands', async () => {
    const remind = job('remind', z.object({ text: z.string() }))
    const service = shopWith({
      jobs: [
        remind.outside(async ({ clock }, { text }) => {
          await new Promise<void>((resolve) => clock.after(20, resolve))
          return async (tx) => void tx.request(mailContract, 'postLetter', { customer_id, text })
        }),
      ],
      change: async (tx, input) => {
        for (let n = 0; n < 100; n++) tx.schedule(remind, `${input.text}${n}`, tx.now, { text: `${input.text}${n}` })
        return input
      },
    })
    await start(mailWith())
    const dying = await start(service)
    await start(service)
    await dying.client(shopContract).change({ text: 'a' })
    await new Promise((resolve) => setTimeout(resolve, 30))
    dying.clock.stall()
    await expect.poll(async () => (await allLetters()).length, { timeout: 15_000, interval: 100 }).toBe(100)
    dying.clock.resume()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(new Set(await allLetters()).size).toBe(100)
    expect(await allLetters()).toHaveLength(100)
  })

  test('apply each event once and in the order of its key, while listeners fail and replicas come, hang and go', async () => {
    const violations: string[] = []
    let failures = 0
    /** A letter a key, whose text is the last sequence applied. */
    const follow = async (tx: Tx, key: string, sequence: number) => {
      const row = await letters.first(tx, { customer_id: key })
      const last = row ? Number(row.text) : 0
      if (sequence !== last + 1) violations.push(`${key}: ${sequence} after ${last}`)
      if (row) await letters.update(tx, 'letter_posted', row, { text: String(sequence) })
      else await letters.insert(tx, 'letter_posted', { customer_id: key, text: String(sequence) })
      // After the effect, so that what is rolled back would show.
      if (Math.random() < 0.03) {
        failures++
        throw new Error('made to fail')
      }
    }
    const listener = on(shopContract, 'order_changed', (tx, event) => follow(tx, event.order_key, event.sequence - 1), { name: 'follow' })
    const service = mailWith({ events: [listener] })
    await start(shopWith())
    const hanging = await start(service)
    const leaving = await start(service)
    const keys = await Promise.all(Array.from({ length: 16 }, (_, n) => shop().createOrder({ customer_id, name: `${n}`, amount: 0 })))
    const rounds = 40
    for (let round = 1; round <= rounds; round++) {
      if (round === 8) hanging.clock.stall()
      if (round === 16) await start(service)
      if (round === 24) hanging.clock.resume()
      if (round === 32) await leaving.close()
      await Promise.all(keys.map(({ id }) => shop().changeOrder({ id, name: 'n', amount: round })))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const last = replicas.at(-1) as Replica
    const database = last.platform.services[0]?.database
    const done = async () => {
      const rows = (await database?.engine.reader.all('select text from mail_letters', [])) ?? []
      return rows.filter((row) => row['text'] === String(rounds)).length
    }
    await expect.poll(done, { timeout: 30_000, interval: 200 }).toBe(keys.length)
    expect(violations).toEqual([])
    expect(failures).toBeGreaterThan(5)
    replicas.splice(replicas.indexOf(leaving), 1)
  }, 60_000)

  test('publish what one of them committed and did not live to publish', async () => {
    const dying = await start(shopWith())
    const log = await recordEvents(bus, [shopContract])
    const living = await start(shopWith())
    dying.clock.stall()
    // By now the one that hangs does not believe in its lease any more, and the other one has not taken it yet.
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const order = await living.client(shopContract).createOrder({ customer_id, name: 'a', amount: 1 })
    await expect.poll(() => log.events.map((event) => event.resource_id)).toEqual([order.id])
  })
})
