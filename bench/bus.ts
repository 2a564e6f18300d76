/**
 * Measures the bus: requests inside one process; requests over RabbitMQ beside a bare AMQP client that does the same and
 * no more, in alternating rounds of one run; events from publish to subscriber. Run: `node bench/bus.ts`, with
 * VOIPBIN_TEST_BUS_URL naming a broker (without it only the local bus is measured). Client and server are two processes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type Bus, createLocalBus, openBus, PARTITIONS, type ReplyEnvelope, type RequestEnvelope, type ServeOptions } from '@voipbin/bus'
import { systemActor } from '@voipbin/contracts/actor'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { type BenchResult, conditions, printResult, type Target } from './report.ts'

export type Latency = { readonly p50Us: number; readonly p99Us: number }
/** Middle of the rounds. */
export type Round = Latency & { readonly perSecond: number }
type Rabbitmq = {
  readonly oneInFlight: { readonly bus: Round; readonly bare: Round; readonly p50Ratio: number }
  readonly manyInFlight: { readonly bus: Round; readonly bare: Round; readonly throughputRatio: number }
  readonly eventsPerSecond: number
}

const IN_FLIGHT = 64
const ROUNDS = 7
const WARM_UP = 2000
const ONE_BY_ONE = 1500
const MANY = 12_000
const EVENTS = 20_000
/** What a relay takes from its outbox at once. */
const RELAY_BATCH = 256

const serveOptions: ServeOptions = { concurrency: IN_FLIGHT, commands: [] }
/** Makes the request about 450 octets of JSON, and the reply too. */
const thing = { id: randomUUID(), name: 'A thing of middling size', detail: 'x'.repeat(80) }

type Ask = (service: string) => Promise<unknown>

export async function benchBus(): Promise<BenchResult> {
  const around = conditions({ rounds: ROUNDS })
  const local = await benchLocal()
  const url = process.env.VOIPBIN_TEST_BUS_URL
  if (!url) process.stderr.write('RabbitMQ skipped, because VOIPBIN_TEST_BUS_URL is not set\n')
  const rabbitmq = url ? await benchRabbitmq(url) : undefined
  const target = (name: string, measured: number, [sign, limit]: readonly ['≤' | '≥', number]): Target => ({
    name,
    limit: `${sign} ${limit}`,
    measured,
    isMet: sign === '≤' ? measured <= limit : measured >= limit,
  })
  return {
    name: 'bus',
    conditions: around,
    rows: rowsOf(local, rabbitmq),
    targets: [
      target('local p50, µs', local.p50Us, ['≤', 20]),
      ...(rabbitmq ? [target('RabbitMQ p50 at 1 / bare', rabbitmq.oneInFlight.p50Ratio, ['≤', 1.2])] : []),
      ...(rabbitmq ? [target(`RabbitMQ throughput at ${IN_FLIGHT} / bare`, rabbitmq.manyInFlight.throughputRatio, ['≥', 0.8])] : []),
    ],
  }
}

function rowsOf(local: Latency, rabbitmq: Rabbitmq | undefined): BenchResult['rows'] {
  const row = ({ p50Us, p99Us }: Latency, perSecond?: number) => ({ 'p50, µs': p50Us, 'p99, µs': p99Us, 'per second': perSecond ?? '' })
  return {
    'local, 1 in flight': row(local),
    ...(rabbitmq && {
      'RabbitMQ, 1 in flight': row(rabbitmq.oneInFlight.bus, rabbitmq.oneInFlight.bus.perSecond),
      'bare AMQP, 1 in flight': row(rabbitmq.oneInFlight.bare, rabbitmq.oneInFlight.bare.perSecond),
      [`RabbitMQ, ${IN_FLIGHT} in flight`]: row(rabbitmq.manyInFlight.bus, rabbitmq.manyInFlight.bus.perSecond),
      [`bare AMQP, ${IN_FLIGHT} in flight`]: row(rabbitmq.manyInFlight.bare, rabbitmq.manyInFlight.bare.perSecond),
      'RabbitMQ events': { 'p50, µs': '', 'p99, µs': '', 'per second': rabbitmq.eventsPerSecond },
    }),
  }
}

async function benchLocal(): Promise<Latency> {
  const bus = createLocalBus()
  await bus.serve('thing', answer, serveOptions)
  const ask: Ask = (service) => bus.request(aRequest(service))
  await rounds(ask, { service: 'thing', requests: 20_000, inFlight: 1 })
  const { p50Us, p99Us } = await rounds(ask, { service: 'thing', requests: 50_000, inFlight: 1 })
  await bus.close()
  return { p50Us, p99Us }
}

async function benchRabbitmq(url: string): Promise<Rabbitmq> {
  const name = `bench-${randomUUID()}`
  const server = fork(import.meta.filename, ['server', url, name])
  const bus = await openBus(url, { instance: 'bench client' })
  const bare = await openBareClient(url)
  try {
    await said(server, 'ready')
    const ask: Ask = (service) => bus.request(aRequest(service))
    const [busService, bareQueue] = [name, `${name}-bare`]
    for (const [way, service] of [
      [ask, busService],
      [bare.ask, bareQueue],
    ] as const)
      await rounds(way, { service, requests: WARM_UP, inFlight: 8 })
    const one: Record<'bus' | 'bare', Round[]> = { bus: [], bare: [] }
    const many: Record<'bus' | 'bare', Round[]> = { bus: [], bare: [] }
    for (let round = 0; round < ROUNDS; round++) {
      const ways = [
        { key: 'bus', way: ask, service: busService },
        { key: 'bare', way: bare.ask, service: bareQueue },
      ] as const
      // Who goes first takes turns, so that a load that comes and goes hits both alike.
      for (const { key, way, service } of round % 2 ? ways : ways.toReversed()) {
        one[key].push(await rounds(way, { service, requests: ONE_BY_ONE, inFlight: 1 }))
        many[key].push(await rounds(way, { service, requests: MANY, inFlight: IN_FLIGHT }))
      }
    }
    const [oneBus, oneBare, manyBus, manyBare] = [middle(one.bus), middle(one.bare), middle(many.bus), middle(many.bare)]
    return {
      oneInFlight: { bus: oneBus, bare: oneBare, p50Ratio: round2(oneBus.p50Us / oneBare.p50Us) },
      manyInFlight: { bus: manyBus, bare: manyBare, throughputRatio: round2(manyBus.perSecond / manyBare.perSecond) },
      eventsPerSecond: await benchEvents(bus, server, name),
    }
  } finally {
    server.send('stop')
    await Promise.all([bus.close(), bare.close(), once(server, 'exit')])
  }
}

/** From the first publish to the last event taken in the other process; published as a relay does, batch after batch. */
async function benchEvents(bus: Bus, server: ChildProcess, publisher: string): Promise<number> {
  const events = Array.from({ length: EVENTS }, (_, index) => anEvent(publisher, index))
  const taken = said(server, 'taken')
  const started = performance.now()
  for (let from = 0; from < EVENTS; from += RELAY_BATCH) await bus.publish(events.slice(from, from + RELAY_BATCH))
  await taken
  return Math.round(EVENTS / ((performance.now() - started) / 1000))
}

async function rounds(ask: Ask, plan: { service: string; requests: number; inFlight: number }): Promise<Round> {
  const latencies = new Float64Array(plan.requests)
  let next = 0
  const worker = async () => {
    while (next < plan.requests) {
      const index = next++
      const sent = performance.now()
      await ask(plan.service)
      latencies[index] = performance.now() - sent
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: plan.inFlight }, worker))
  const perSecond = Math.round(plan.requests / ((performance.now() - started) / 1000))
  latencies.sort()
  const at = (share: number) => round2((latencies[Math.floor(plan.requests * share)] ?? 0) * 1000)
  return { p50Us: at(0.5), p99Us: at(0.99), perSecond }
}

/** The median of each figure on its own. */
function middle(all: readonly Round[]): Round {
  const of = (key: keyof Round) => all.map((round) => round[key]).sort((a, b) => a - b)[all.length >> 1] ?? 0
  return { p50Us: of('p50Us'), p99Us: of('p99Us'), perSecond: of('perSecond') }
}

const round2 = (value: number) => Math.round(value * 100) / 100

/** Before the measurement, so that the load average is that of others. */
/* The other side. */

async function answer(request: RequestEnvelope): Promise<ReplyEnvelope> {
  return { output: request.input }
}

async function runServer(url: string, name: string): Promise<void> {
  const bus = await openBus(url, { instance: 'bench server' })
  await bus.serve(name, answer, serveOptions)
  let taken = 0
  const subscription = await bus.subscribe(name, [{ publisher: name, type: 'thing_updated' }], async (events) => {
    taken += events.length
    if (taken === EVENTS) process.send?.('taken')
  })
  await subscription.own(Array.from({ length: PARTITIONS }, (_, index) => index))
  const model = await connect(url, { noDelay: true })
  await serveBare(await model.createChannel(), `${name}-bare`)
  process.send?.('ready')
  await said(process, 'stop')
  await bus.close()
  await clearUp(await model.createChannel(), name)
  await model.close()
  process.disconnect()
}

/** The least that a server with acknowledgements does. */
async function serveBare(channel: Channel, queue: string): Promise<void> {
  await channel.prefetch(IN_FLIGHT)
  await channel.assertQueue(queue, { durable: true, autoDelete: true })
  await channel.consume(queue, (message) => {
    if (!message) return
    const request = JSON.parse(message.content.toString()) as RequestEnvelope
    const { replyTo, correlationId } = message.properties
    channel.sendToQueue(replyTo, Buffer.from(JSON.stringify({ output: request.input })), { correlationId })
    channel.ack(message)
  })
}

/** The least that a client does: no deadline, no return, no reconnect. */
async function openBareClient(url: string): Promise<{ ask: Ask; close: () => Promise<void> }> {
  const model: ChannelModel = await connect(url, { noDelay: true })
  const channel = await model.createChannel()
  const pending = new Map<string, (reply: unknown) => void>()
  await channel.consume(
    'amq.rabbitmq.reply-to',
    (message) => {
      const { correlationId } = message?.properties ?? {}
      pending.get(correlationId)?.(JSON.parse(message?.content.toString() ?? ''))
      pending.delete(correlationId)
    },
    { noAck: true },
  )
  let sent = 0
  return {
    ask: (queue) =>
      new Promise((resolve) => {
        const correlationId = String(sent++)
        pending.set(correlationId, resolve)
        const content = Buffer.from(JSON.stringify(aRequest(queue)))
        channel.sendToQueue(queue, content, { correlationId, replyTo: 'amq.rabbitmq.reply-to' })
      }),
    close: () => model.close(),
  }
}

async function clearUp(channel: Channel, name: string): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) await channel.deleteQueue(`bin-manager.${name}.subscribe.${partition}`)
  await channel.deleteExchange(`bin-manager.${name}.event`)
}

async function said(other: ChildProcess | NodeJS.Process, what: string): Promise<void> {
  for (;;) {
    const [message] = await once(other, 'message')
    if (message === what) return
  }
}

function aRequest(service: string): RequestEnvelope {
  return {
    service,
    method: 'getThing',
    input: thing,
    deadline: Date.now() + 30_000,
    operation_id: '',
    repeated: false,
    request_id: '01890a5d-ac96-774b-bcce-b302099a8057',
    trace: '',
    actor: systemActor,
    publisher: 'bench',
  }
}

function anEvent(publisher: string, index: number): EventEnvelope {
  return {
    id: `event-${index}`,
    time: '2026-01-31T08:00:00.000000Z',
    type: 'thing_updated',
    publisher,
    customer_id: thing.id,
    resource_id: thing.id,
    order_key: `key-${index % 200}`,
    sequence: index,
    request_id: '',
    trace: '',
    data: thing,
  }
}

if (import.meta.main) {
  const [, , role, url = '', name = ''] = process.argv
  if (role === 'server') await runServer(url, name)
  else printResult(await benchBus())
}
