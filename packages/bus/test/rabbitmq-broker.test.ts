import { requireServer } from '@voipbin/test-kit'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bus, type Dropped, PARTITIONS } from '../src/index.ts'
import { eventExchange, requestQueue, subscribeQueue } from '../src/names.ts'
import { createRabbitmqBus } from '../src/rabbitmq/rabbitmq-bus.ts'
import { anEvent, aRequest, newService, tenAtOnce } from './envelopes.ts'
import { aGate, eventually, pause, until } from './gate.ts'
import { createLedger } from './ledger.ts'
import { clearUp } from './rabbitmq-clear-up.ts'

const url = requireServer('bus')
const all = Array.from({ length: PARTITIONS }, (_, index) => index)

/** Beside the bus, an operator or a stranger with a client of their own. */
describe.skipIf(url === undefined)('RabbitMQ bus and what others do to its broker', () => {
  let bus: Bus
  let model: ChannelModel
  let stranger: Channel
  let service: string
  let publisher: string
  let dropped: Dropped[]
  beforeEach(async () => {
    dropped = []
    bus = await createRabbitmqBus({ url: url ?? '', instance: 'one', onDropped: (why) => dropped.push(why) })
    model = await connect(url ?? '', { noDelay: true })
    stranger = await model.createChannel()
    service = newService()
    publisher = newService()
  })
  afterEach(async () => {
    await bus.close()
    await model.close()
  })
  afterAll(() => clearUp(url ?? ''))

  it('drops and counts requests that are none', async () => {
    await bus.serve(service, async () => ({ output: 1 }), tenAtOnce)
    const replyTo = { replyTo: 'amq.rabbitmq.reply-to' }
    await stranger.consume('amq.rabbitmq.reply-to', () => undefined, { noAck: true })
    stranger.sendToQueue(requestQueue(service), Buffer.from('{"not json'), replyTo)
    stranger.sendToQueue(requestQueue(service), Buffer.from('[]'), replyTo)
    stranger.sendToQueue(requestQueue(service), Buffer.from(JSON.stringify({ ...aRequest(service), deadline: null })), replyTo)
    stranger.sendToQueue(requestQueue(service), Buffer.from(JSON.stringify({ ...aRequest(service), actor: 'root' })), replyTo)
    stranger.sendToQueue(requestQueue(service), Buffer.from(JSON.stringify(aRequest(service))))
    await until(() => dropped.length === 5, 'all dropped')
    expect(new Set(dropped)).toStrictEqual(new Set(['invalid_request']))
    expect(await bus.request(aRequest(service))).toStrictEqual({ output: 1 })
  })

  it('drops and counts events that are none, in the midst of others', async () => {
    const ledger = createLedger()
    const subscription = await bus.subscribe(service, [{ publisher, type: 'thing_updated' }], ledger.take)
    const good = [1, 2].map((sequence) => anEvent(publisher, { order_key: 'key', sequence }))
    await bus.publish(good.slice(0, 1))
    for (const text of ['', 'null', '{"id":1}']) {
      stranger.publish(eventExchange(publisher), '0.thing_updated', Buffer.from(text))
      for (const partition of all) stranger.publish(eventExchange(publisher), `${partition}.thing_updated`, Buffer.from(text))
    }
    await pause(50)
    await bus.publish(good.slice(1))
    await subscription.own(all)
    await until(() => ledger.events.length === 2, 'the good ones delivered')
    expect(ledger.events).toStrictEqual(good)
    await until(() => dropped.length === 27, 'all dropped')
    await pause(50)
    expect((await bus.queueDepths()).every(({ messages }) => messages === 0)).toBe(true)
  })

  it('drops and counts replies that are none', async () => {
    await stranger.assertQueue(requestQueue(service), { durable: true, autoDelete: true, expires: 10_000 })
    await stranger.consume(requestQueue(service), (message) => {
      const { replyTo, correlationId } = message?.properties ?? {}
      stranger.sendToQueue(replyTo, Buffer.from('{'), { correlationId })
      stranger.sendToQueue(replyTo, Buffer.from('{"output":1}'), { correlationId: 'unheard of' })
      stranger.sendToQueue(replyTo, Buffer.from('{"output":2}'), { correlationId })
    })
    expect(await bus.request(aRequest(service))).toStrictEqual({ output: 2 })
    expect(dropped).toStrictEqual(['invalid_reply', 'unclaimed_reply'])
  })

  it('serves on when its request queue is deleted, and answers what it had in hand', async () => {
    const gate = aGate()
    let calls = 0
    const handler = async () => {
      calls++
      await gate.opened
      return { output: 1 }
    }
    await bus.serve(service, handler, tenAtOnce)
    const inHand = bus.request(aRequest(service))
    await until(() => calls === 1, 'in hand')
    await stranger.deleteQueue(requestQueue(service))
    gate.open()
    expect(await inHand).toStrictEqual({ output: 1 })
    expect(await eventually(() => bus.request(aRequest(service)))).toStrictEqual({ output: 1 })
  })

  it('subscribes again, with bindings, when its queues are deleted', async () => {
    const seen = new Set<number>()
    const subscription = await bus.subscribe(service, [{ publisher, type: 'thing_updated' }], async (_, partition) => {
      seen.add(partition)
    })
    await subscription.own(all)
    const seeAll = () =>
      eventually(async () => {
        await bus.publish(Array.from({ length: 40 }, () => anEvent(publisher)))
        await pause(50)
        expect(seen.size).toBe(PARTITIONS)
      })
    await seeAll()
    for (const partition of all) await stranger.deleteQueue(subscribeQueue(service, partition))
    seen.clear()
    await seeAll()
  })

  it('publishes again when its exchange is deleted', async () => {
    await bus.publish([anEvent(publisher)])
    await stranger.deleteExchange(eventExchange(publisher))
    await expect(bus.publish([anEvent(publisher)])).rejects.toMatchObject({ kind: 'closed' })
    await eventually(() => bus.publish([anEvent(publisher)]))
  })

  it('refuses to subscribe to a queue that exists with other properties', async () => {
    await stranger.assertQueue(subscribeQueue(service, 3), { durable: true })
    await expect(bus.subscribe(service, [{ publisher, type: 'thing_updated' }], async () => undefined)).rejects.toMatchObject({ code: 406 })
  })

  it('tells the depth of queues although one of them is missing', async () => {
    await bus.serve(service, async () => ({ output: 1 }), tenAtOnce)
    await bus.subscribe(service, [{ publisher, type: 'thing_updated' }], async () => undefined)
    await stranger.deleteQueue(subscribeQueue(service, 0))
    await bus.publish(Array.from({ length: 100 }, () => anEvent(publisher)))
    const depths = await bus.queueDepths()
    expect(depths).toHaveLength(PARTITIONS)
    expect(depths[0]).toStrictEqual({ queue: requestQueue(service), messages: 0 })
    expect(depths.reduce((sum, { messages }) => sum + messages, 0)).toBeGreaterThan(50)
  })

  it('says at once that its credentials are refused', async () => {
    const wrong = new URL(url ?? '')
    wrong.password = 'wrong'
    await expect(createRabbitmqBus({ url: wrong.href, instance: 'one' })).rejects.toMatchObject({ name: 'TransportError', kind: 'closed' })
  })
})
