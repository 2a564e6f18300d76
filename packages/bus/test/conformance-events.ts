import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BATCH, PARTITIONS, partitionOf, type Topic } from '../src/index.ts'
import type { BusPair, OpenBuses } from './bus-pair.ts'
import { anEvent, newService } from './envelopes.ts'
import { aGate, eventually, pause, until } from './gate.ts'
import { createLedger } from './ledger.ts'

const all = Array.from({ length: PARTITIONS }, (_, index) => index)
const lowerHalf = all.filter((partition) => partition < 4)
const upperHalf = all.filter((partition) => partition >= 4)

export function describeEvents(open: OpenBuses): void {
  let buses: BusPair
  let service: string
  let publisher: string
  let topics: Topic[]
  beforeEach(async () => {
    buses = await open()
    service = newService()
    publisher = newService()
    topics = [{ publisher, type: 'thing_updated' }]
  })
  afterEach(() => buses.close())

  /** `count` events numbered from 1 a key, the keys taking turns. */
  const series = (keys: number, count: number, from = 1): EventEnvelope[] =>
    Array.from({ length: count }, (_, index) => index + from).flatMap((sequence) =>
      Array.from({ length: keys }, (_, key) => anEvent(publisher, { order_key: `key-${key}`, sequence })),
    )

  describe('publish() and subscribe()', () => {
    it('delivers every event once, in order per key, whole and copied', async () => {
      const ledger = createLedger()
      const subscription = await buses.two.subscribe(service, topics, ledger.take)
      await subscription.own(all)
      const events = series(20, 30)
      await buses.one.publish(events)
      await until(() => ledger.events.length >= events.length, 'all delivered')
      const inOrder = (list: readonly EventEnvelope[]) => Map.groupBy(list, (event) => event.order_key)
      expect(inOrder(ledger.events)).toStrictEqual(new Map([...inOrder(events)].sort(byFirst(ledger.events))))
      expect(ledger.events.every((event) => !events.includes(event))).toBe(true)
    })

    it('hands over batches of one partition, up to fifty events each', async () => {
      const batches: { size: number; partitions: Set<number>; told: number }[] = []
      const subscription = await buses.two.subscribe(service, topics, async (events, told) => {
        batches.push({ size: events.length, partitions: new Set(events.map((event) => partitionOf(event.order_key))), told })
        await pause(5)
      })
      const published = buses.one.publish(series(16, 40))
      await pause(100)
      await subscription.own(all)
      await published
      await until(() => batches.reduce((sum, batch) => sum + batch.size, 0) === 640, 'all delivered')
      expect(Math.max(...batches.map((batch) => batch.size))).toBe(BATCH)
      for (const { partitions, told } of batches) expect(partitions).toStrictEqual(new Set([told]))
    })

    it('keeps order across several calls of publish()', async () => {
      const ledger = createLedger()
      const subscription = await buses.two.subscribe(service, topics, ledger.take)
      await subscription.own(all)
      await Promise.all(Array.from({ length: 50 }, (_, index) => buses.one.publish(series(5, 2, 1 + 2 * index))))
      await until(() => ledger.events.length >= 500, 'all delivered')
      ledger.expectSeries(5, 100)
    })

    it('keeps order when the first call of publish() is the first of another publisher too', async () => {
      const ledger = createLedger()
      const subscription = await buses.two.subscribe(service, topics, ledger.take)
      await subscription.own(all)
      await buses.one.publish(series(1, 1))
      await Promise.all([buses.one.publish([...series(1, 1, 2), anEvent(newService())]), buses.one.publish(series(1, 1, 3))])
      await until(() => ledger.events.length >= 3, 'all delivered')
      ledger.expectSeries(1, 3)
    })

    it('delivers no type and no publisher that was not asked for', async () => {
      const ledger = createLedger()
      const subscription = await buses.two.subscribe(service, topics, ledger.take)
      await subscription.own(all)
      const wanted = anEvent(publisher)
      await buses.one.publish([anEvent(publisher, { type: 'thing_deleted' }), anEvent(newService()), wanted])
      await until(() => ledger.events.length > 0, 'one delivered')
      await pause(50)
      expect(ledger.events).toStrictEqual([wanted])
    })

    it('gives every service its own copy', async () => {
      const ledgers = [createLedger(), createLedger()]
      for (const ledger of ledgers) {
        const subscription = await buses.two.subscribe(newService(), topics, ledger.take)
        await subscription.own(all)
      }
      await buses.one.publish(series(3, 10))
      for (const ledger of ledgers) await until(() => ledger.events.length >= 30, 'all delivered')
      for (const ledger of ledgers) ledger.expectSeries(3, 10)
    })

    it('resolves for events that nobody wants', async () => {
      await buses.one.publish(series(2, 2))
      await buses.one.publish([])
    })

    it('does not leak the async context of the publisher', async () => {
      const context = new AsyncLocalStorage<string>()
      const seen: unknown[] = []
      const subscription = await buses.two.subscribe(service, topics, async () => {
        seen.push(context.getStore())
      })
      await subscription.own(all)
      await context.run('publisher', () => buses.one.publish([anEvent(publisher)]))
      await until(() => seen.length > 0, 'delivered')
      expect(seen).toStrictEqual([undefined])
    })

    it('counts what waits', async () => {
      await buses.one.subscribe(service, topics, async () => undefined)
      const published = buses.one.publish(series(10, 3))
      published.catch(() => undefined)
      await eventually(async () => {
        const depths = (await buses.one.queueDepths()).filter(({ queue }) => queue.startsWith(`bin-manager.${service}.subscribe.`))
        expect(depths).toHaveLength(PARTITIONS)
        expect(depths.reduce((sum, { messages }) => sum + messages, 0)).toBe(30)
      })
    })
  })

  describe('a handler that rejects', () => {
    it('is offered the same events again, in order, until it takes them', async () => {
      const offers: string[][] = []
      const taken: string[] = []
      const subscription = await buses.two.subscribe(service, topics, async (events) => {
        offers.push(events.map((event) => event.id))
        if (offers.length < 3) throw new Error('not now')
        taken.push(...events.map((event) => event.id))
      })
      const events = Array.from({ length: 5 }, (_, index) => anEvent(publisher, { order_key: 'one', sequence: index + 1 }))
      const published = buses.one.publish(events)
      await pause(50)
      await subscription.own(all)
      await published
      await until(() => taken.length >= 5, 'all taken')
      expect(taken).toStrictEqual(events.map((event) => event.id))
      expect(offers.slice(1, 3)).toStrictEqual([offers[0], offers[0]])
    })

    it('holds up its own partition only', async () => {
      const taken: string[] = []
      const subscription = await buses.two.subscribe(service, topics, async (events, partition) => {
        if (partition === partitionOf('stuck')) throw new Error('not now')
        for (const event of events) taken.push(event.order_key)
      })
      await subscription.own(all)
      const free = ['a', 'b', 'c', 'd'].filter((key) => partitionOf(key) !== partitionOf('stuck'))
      const published = buses.one.publish(['stuck', ...free].map((key) => anEvent(publisher, { order_key: key })))
      published.catch(() => undefined)
      await until(() => taken.length === free.length, 'the others delivered')
      expect(taken.sort()).toStrictEqual(free)
    })

    it('does not keep close() waiting, and its events go to the next', async () => {
      const first = await buses.two.subscribe(service, topics, async () => {
        throw new Error('never')
      })
      await first.own(all)
      const published = buses.one.publish(series(3, 5))
      await pause(50)
      await first.close()
      const ledger = createLedger()
      const second = await buses.one.subscribe(service, topics, ledger.take)
      await second.own(all)
      await published
      await until(() => ledger.events.length >= 15, 'all delivered')
      ledger.expectSeries(3, 5)
    })
  })

  describe('a subscriber that is away', () => {
    it('gets what was published meanwhile', async () => {
      const first = await buses.two.subscribe(service, topics, async () => undefined)
      await first.close()
      const published = buses.one.publish(series(4, 5))
      await pause(50)
      const ledger = createLedger()
      const second = await buses.two.subscribe(service, topics, ledger.take)
      await second.own(all)
      await published
      await until(() => ledger.events.length >= 20, 'all delivered')
      ledger.expectSeries(4, 5)
    })

    it('gets nothing while it owns nothing', async () => {
      const ledger = createLedger()
      const subscription = await buses.two.subscribe(service, topics, ledger.take)
      const published = buses.one.publish(series(4, 5))
      await pause(100)
      expect(ledger.events).toStrictEqual([])
      await subscription.own(all)
      await published
      await until(() => ledger.events.length >= 20, 'all delivered')
      ledger.expectSeries(4, 5)
    })
  })

  describe('own()', () => {
    it('splits the partitions between instances', async () => {
      const ledgers = [createLedger(), createLedger()] as const
      const [first, second] = await Promise.all([
        buses.one.subscribe(service, topics, ledgers[0].take),
        buses.two.subscribe(service, topics, ledgers[1].take),
      ])
      await Promise.all([first.own(lowerHalf), second.own(upperHalf)])
      await buses.one.publish(series(20, 5))
      await until(() => ledgers[0].events.length + ledgers[1].events.length >= 100, 'all delivered')
      expect(ledgers[0].events.every((event) => partitionOf(event.order_key) < 4)).toBe(true)
      expect(ledgers[1].events.every((event) => partitionOf(event.order_key) >= 4)).toBe(true)
      expect(ledgers[0].events.length + ledgers[1].events.length).toBe(100)
    })

    it('resolves when the batch in hand of a lost partition is finished', async () => {
      const gate = aGate()
      const steps: string[] = []
      const subscription = await buses.two.subscribe(service, topics, async () => {
        steps.push('begun')
        await gate.opened
        steps.push('finished')
      })
      await subscription.own(all)
      const published = buses.one.publish([anEvent(publisher)])
      await until(() => steps.length === 1, 'a batch in hand')
      const released = subscription.own([]).then(() => steps.push('released'))
      await pause(50)
      expect(steps).toStrictEqual(['begun'])
      gate.open()
      await Promise.all([released, published])
      expect(steps).toStrictEqual(['begun', 'finished', 'released'])
    })

    it('serves the first of two instances that claim the same, and then the other', async () => {
      const ledgers = [createLedger(), createLedger()] as const
      const [first, second] = await Promise.all([
        buses.one.subscribe(service, topics, ledgers[0].take),
        buses.two.subscribe(service, topics, ledgers[1].take),
      ])
      await first.own(all)
      await buses.one.publish(series(10, 5))
      await until(() => ledgers[0].events.length === 50, 'all delivered to the first')
      await second.own(all)
      await pause(100)
      await buses.one.publish(series(10, 5, 6))
      await until(() => ledgers[0].events.length === 100, 'all delivered to the first')
      expect(ledgers[1].events).toStrictEqual([])
      await first.close()
      await buses.one.publish(series(10, 5))
      await until(() => ledgers[1].events.length === 50, 'all delivered to the second')
      ledgers[0].expectSeries(10, 10)
      ledgers[1].expectSeries(10, 5)
    })

    it('hands partitions back and forth under load, losing, doubling and reordering nothing', async () => {
      const ledger = createLedger()
      const slowly = async (events: readonly EventEnvelope[]) => {
        await pause(Math.random() * 4)
        await ledger.take(events)
      }
      const [first, second] = await Promise.all([
        buses.one.subscribe(service, topics, slowly),
        buses.two.subscribe(service, topics, slowly),
      ])
      await first.own(all)
      const published = publishSlowly(buses, series(20, 100))
      for (let round = 0; round < 5; round++) {
        // Once the giver is first, once the taker: for a while nobody, or both, claim the half.
        await first.own(lowerHalf)
        await second.own(upperHalf)
        await pause(40)
        await Promise.all([second.own(all), first.own([])])
        await pause(40)
        await Promise.all([first.own(all), second.own([])])
        await pause(40)
      }
      await published
      await until(() => ledger.events.length >= 2000, 'all delivered')
      await pause(50)
      ledger.expectSeries(20, 100)
    })
  })
}

async function publishSlowly(buses: BusPair, events: readonly EventEnvelope[]): Promise<void> {
  const calls: Promise<void>[] = []
  for (let from = 0; from < events.length; from += 20) {
    calls.push(buses.one.publish(events.slice(from, from + 20)))
    await pause(5)
  }
  await Promise.all(calls)
}

/** Map entries in the order in which their keys first came. */
function byFirst(events: readonly EventEnvelope[]) {
  const keys = [...new Set(events.map((event) => event.order_key))]
  return ([a]: [string, unknown], [b]: [string, unknown]) => keys.indexOf(a) - keys.indexOf(b)
}
