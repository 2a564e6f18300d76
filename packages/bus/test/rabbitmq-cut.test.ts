import type { EventEnvelope } from '@voipbin/contracts/event'
import { requireServer } from '@voipbin/test-kit'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bus, PARTITIONS, type ReplyEnvelope, type RequestEnvelope } from '../src/index.ts'
import { createRabbitmqBus } from '../src/rabbitmq/rabbitmq-bus.ts'
import { anEvent, aRequest, newService, tenAtOnce } from './envelopes.ts'
import { aGate, eventually, pause, until } from './gate.ts'
import { createLedger } from './ledger.ts'
import { clearUp } from './rabbitmq-clear-up.ts'
import { openProxy, type TcpProxy } from './tcp-proxy.ts'

const url = requireServer('bus')
const all = Array.from({ length: PARTITIONS }, (_, index) => index)

/** `steady` has a sound connection; the one of `shaky` runs through a cable that the tests cut. */
describe.skipIf(url === undefined)('RabbitMQ bus whose connection breaks', () => {
  let proxy: TcpProxy
  let steady: Bus
  let shaky: Bus
  let service: string
  let publisher: string
  beforeEach(async () => {
    proxy = await openProxy(url ?? '')
    steady = await createRabbitmqBus({ url: url ?? '', instance: 'steady' })
    shaky = await createRabbitmqBus({ url: proxy.url, instance: 'shaky' })
    service = newService()
    publisher = newService()
  })
  afterEach(async () => {
    await Promise.all([steady.close(), shaky.close()])
    await proxy.close()
  })
  afterAll(() => clearUp(url ?? ''))

  const closed = { name: 'TransportError', kind: 'closed' }
  const topics = () => [{ publisher, type: 'thing_updated' }]
  const isBack = (bus: Bus) => eventually(() => bus.ping())

  it('fails requests in hand, fails new ones at once, and serves them when it is back', async () => {
    const gate = aGate()
    let isStarted = false
    const handler = async (): Promise<ReplyEnvelope> => {
      isStarted = true
      await gate.opened
      return { output: 1 }
    }
    await steady.serve(service, handler, tenAtOnce)
    const inHand = shaky.request(aRequest(service))
    await until(() => isStarted, 'in hand')
    proxy.cut()
    await expect(inHand).rejects.toMatchObject(closed)
    const started = performance.now()
    await expect(shaky.request(aRequest(service))).rejects.toMatchObject(closed)
    await expect(shaky.publish([anEvent(publisher)])).rejects.toMatchObject(closed)
    await expect(shaky.ping()).rejects.toMatchObject(closed)
    expect(performance.now() - started).toBeLessThan(500)
    gate.open()
    proxy.mend()
    expect(await eventually(() => shaky.request(aRequest(service)))).toStrictEqual({ output: 1 })
  })

  it('serves again when it is back', async () => {
    await shaky.serve(service, async () => ({ output: 'shaky' }), tenAtOnce)
    proxy.cut()
    // A request that reaches the queue before the broker notices goes down with it, and ends at its deadline.
    const soon = () => aRequest(service, { deadline: Date.now() + 100 })
    await eventually(() => expect(steady.request(soon())).rejects.toMatchObject({ kind: 'unroutable' }))
    proxy.mend()
    expect(await eventually(() => steady.request(aRequest(service)))).toStrictEqual({ output: 'shaky' })
  })

  it('gives a query of a lost instance to another, marked as repeated', async () => {
    const seen: RequestEnvelope[] = []
    const never = aGate()
    const stuck = async (request: RequestEnvelope): Promise<ReplyEnvelope> => {
      seen.push(request)
      await never.opened
      return { output: 'too late' }
    }
    await shaky.serve(service, stuck, tenAtOnce)
    const request = aRequest(service)
    const reply = steady.request(request)
    await until(() => seen.length === 1, 'with the first instance')
    await steady.serve(service, async (again) => ({ output: again }), tenAtOnce)
    proxy.cut()
    expect(seen).toStrictEqual([request])
    expect(await reply).toStrictEqual({ output: { ...request, repeated: true } })
    never.open()
  })

  it('never gives a command that has begun to another', async () => {
    const never = aGate()
    const begun: string[] = []
    const begin = (name: string) => async (): Promise<ReplyEnvelope> => {
      begun.push(name)
      if (name === 'shaky') await never.opened
      return { output: name }
    }
    await shaky.serve(service, begin('shaky'), tenAtOnce)
    const replies = ['doOne', 'doTwo', 'doThree'].map((method) =>
      steady.request(aRequest(service, { method, deadline: Date.now() + 1500 })).catch((error: unknown) => error),
    )
    await until(() => begun.length === 3, 'begun')
    await steady.serve(service, begin('steady'), tenAtOnce)
    proxy.cut()
    expect(await Promise.all(replies)).toMatchObject([{ kind: 'timeout' }, { kind: 'timeout' }, { kind: 'timeout' }])
    expect(begun).toStrictEqual(['shaky', 'shaky', 'shaky'])
    never.open()
  })

  it('goes on with its subscriptions, losing nothing that was confirmed and reordering nothing', async () => {
    const ledger = createLedger()
    const subscription = await shaky.subscribe(service, topics(), async (events) => {
      await pause(2)
      await ledger.take(events)
    })
    await subscription.own(all)
    for (let round = 0; round < 20; round++) {
      await steady.publish(events(publisher, 10, 5, 1 + 5 * round))
      if (round % 8 === 2) proxy.cut()
      await pause(100)
      proxy.mend()
    }
    await until(() => new Set(ledger.events.map(({ id }) => id)).size >= 1000, 'all delivered')
    ledger.expectSeriesAtLeastOnce(10, 100)
  })

  it('never works on a partition twice at once, although the batch in hand comes again', async () => {
    const seen: number[] = []
    let working = 0
    let most = 0
    const subscription = await shaky.subscribe(service, topics(), async (batch) => {
      most = Math.max(most, ++working)
      seen.push(...batch.map((event) => event.sequence))
      if (seen.length <= 3) await pause(1500)
      working--
    })
    await steady.publish(events(publisher, 1, 3))
    await subscription.own(all)
    await until(() => seen.length === 3, 'in hand')
    proxy.cut()
    proxy.mend()
    await until(() => seen.length === 6, 'again')
    expect(seen).toStrictEqual([1, 2, 3, 1, 2, 3])
    expect(most).toBe(1)
  })

  it('hands a partition over although the old owner is cut off', async () => {
    const ledger = createLedger()
    const lost = await shaky.subscribe(service, topics(), ledger.take)
    const kept = await steady.subscribe(service, topics(), ledger.take)
    await lost.own(all)
    await steady.publish(events(publisher, 10, 5))
    await until(() => ledger.events.length >= 50, 'the first half delivered')
    proxy.cut()
    await kept.own(all)
    await lost.own([])
    await steady.publish(events(publisher, 10, 5, 6))
    await until(() => ledger.events.length >= 100, 'the second half delivered')
    ledger.expectSeriesAtLeastOnce(10, 10)
  })

  it('rejects publish() when a confirm is lost, so that publishing again loses nothing', async () => {
    const ledger = createLedger()
    const subscription = await steady.subscribe(service, topics(), ledger.take)
    await subscription.own(all)
    const rejected: unknown[] = []
    for (let round = 0; round < 30; round++) {
      const batch = events(publisher, 20, 5, 1 + 5 * round)
      const isBroken = round % 10 === 5
      if (isBroken) proxy.deafen()
      const published = shaky.publish(batch).catch(async (error: unknown) => {
        rejected.push(error)
        proxy.mend()
        await eventually(() => shaky.publish(batch))
      })
      if (isBroken) await pause(50)
      if (isBroken) proxy.cut()
      await published
    }
    await until(() => new Set(ledger.events.map(({ id }) => id)).size >= 3000, 'all delivered')
    ledger.expectSeriesAtLeastOnce(20, 150)
    expect(rejected).toMatchObject([closed, closed, closed])
    expect(ledger.events.length).toBeGreaterThan(3000)
  })

  it('watches again when it is back', async () => {
    const seen: number[] = []
    await shaky.watch(topics(), (event) => seen.push(event.sequence))
    proxy.cut()
    proxy.mend()
    await isBack(shaky)
    await eventually(async () => {
      await steady.publish([anEvent(publisher, { sequence: 7 })])
      await pause(20)
      expect(seen).toContain(7)
    })
  })

  it('closes although its broker is away', async () => {
    await shaky.serve(service, async () => ({ output: 1 }), tenAtOnce)
    const subscription = await shaky.subscribe(service, topics(), async () => undefined)
    await subscription.own(all)
    await shaky.watch(topics(), () => undefined)
    proxy.cut()
    const started = performance.now()
    await shaky.close()
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('says when it loses and finds its broker', async () => {
    const log: string[] = []
    const bus = await createRabbitmqBus({ url: proxy.url, instance: 'talker', log: (message) => log.push(message) })
    proxy.cut()
    await until(() => log.filter((line) => line === 'RabbitMQ connection lost').length === 3, 'lost')
    proxy.mend()
    await isBack(bus)
    await bus.close()
    expect(log.filter((line) => line === 'RabbitMQ connected')).toHaveLength(6)
  })
})

/** `count` events numbered from `from` for each of the keys `key-0` …, taking turns. */
function events(publisher: string, keys: number, count: number, from = 1): EventEnvelope[] {
  return Array.from({ length: count }, (_, index) => index + from).flatMap((sequence) =>
    Array.from({ length: keys }, (_, key) => anEvent(publisher, { order_key: `key-${key}`, sequence })),
  )
}
