import type { EventEnvelope } from '@voipbin/contracts/event'
import {
  BATCH,
  type Bus,
  type Closable,
  type EventHandler,
  PARTITIONS,
  partitionOf,
  type ReplyEnvelope,
  type RequestEnvelope,
  type RequestHandler,
  type ServeOptions,
  type Subscription,
  type Topic,
  TransportError,
} from './bus.ts'

/** What the local bus needs of the world, so that tests can hold the clock. */
export type LocalBusOptions = {
  readonly now?: () => number
  /** Calls back after `ms`; returns what cancels it. */
  readonly after?: (ms: number, callback: () => void) => () => void
  readonly onWatchError?: (error: unknown) => void
}

type Server = { handler: RequestHandler; options: ServeOptions; running: number; waiting: (() => void)[] }
type Parcel = { readonly text: string; readonly type: string; readonly taken: () => void; readonly lost: (error: unknown) => void }

const topicKey = (publisher: string, type: string) => `${publisher} ${type}`
const wait = (ms: number, callback: () => void) => {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}

/**
 * The bus inside one process. It keeps every nuisance of the real one: messages are copied through JSON, requests end
 * at their deadline, events wait in partitions and come at least once.
 */
export function createLocalBus(options: LocalBusOptions = {}): Bus {
  const now = options.now ?? Date.now
  const after = options.after ?? wait
  const servers = new Map<string, Server[]>()
  const subscriptions = new Set<LocalSubscription>()
  const watches = new Map<string, Set<(event: EventEnvelope) => void>>()
  let turn = 0
  let closed = false

  function pickServer(service: string): Server {
    const instances = servers.get(service)
    if (closed) throw new TransportError('closed', 'The bus is closed')
    if (!instances?.length) throw new TransportError('unroutable', `Nobody serves "${service}"`)
    turn = (turn + 1) % instances.length
    return instances[turn] as Server
  }

  async function request(envelope: RequestEnvelope): Promise<ReplyEnvelope> {
    const server = pickServer(envelope.service)
    const copy = JSON.parse(JSON.stringify(envelope)) as RequestEnvelope
    const remaining = envelope.deadline - now()
    if (remaining <= 0) throw new TransportError('timeout', `Deadline passed before "${envelope.method}" was sent`)
    const reply = await beforeDeadline(run(server, copy), remaining, envelope.method)
    return JSON.parse(reply) as ReplyEnvelope
  }

  function beforeDeadline(work: Promise<string>, remainingMs: number, method: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const cancel = after(remainingMs, () => reject(new TransportError('timeout', `No reply to "${method}" within its deadline`)))
      work.then(resolve, reject).finally(cancel)
    })
  }

  async function run(server: Server, envelope: RequestEnvelope): Promise<string> {
    if (server.running >= server.options.concurrency) await new Promise<void>((resolve) => server.waiting.push(resolve))
    else server.running++
    try {
      return JSON.stringify(await server.handler(envelope))
    } finally {
      const next = server.waiting.shift()
      if (next) next()
      else server.running--
    }
  }

  async function serve(service: string, handler: RequestHandler, serveOptions: ServeOptions): Promise<Closable> {
    const server: Server = { handler, options: serveOptions, running: 0, waiting: [] }
    const instances = servers.get(service) ?? []
    instances.push(server)
    servers.set(service, instances)
    return {
      async close() {
        instances.splice(instances.indexOf(server), 1)
        while (server.running > 0) await new Promise<void>((resolve) => setImmediate(resolve))
      },
    }
  }

  async function publish(events: readonly EventEnvelope[]): Promise<void> {
    if (closed) throw new TransportError('closed', 'The bus is closed')
    await Promise.all(events.flatMap((event) => deliver(event)))
  }

  function deliver(event: EventEnvelope): Promise<void>[] {
    const key = topicKey(event.publisher, event.type)
    const text = JSON.stringify(event)
    const taken: Promise<void>[] = []
    for (const subscription of subscriptions) if (subscription.topics.has(key)) taken.push(subscription.push(event, text))
    for (const handler of watches.get(key) ?? []) notify(handler, text)
    return taken
  }

  function notify(handler: (event: EventEnvelope) => void, text: string): void {
    try {
      handler(JSON.parse(text) as EventEnvelope)
    } catch (error) {
      options.onWatchError?.(error)
    }
  }

  async function subscribe(service: string, topics: readonly Topic[], handler: EventHandler): Promise<Subscription> {
    const subscription = createLocalSubscription(service, topics, handler, () => subscriptions.delete(subscription), after)
    subscriptions.add(subscription)
    return subscription
  }

  async function watch(topics: readonly Topic[], handler: (event: EventEnvelope) => void): Promise<Closable> {
    const keys = topics.map((topic) => topicKey(topic.publisher, topic.type))
    for (const key of keys) watches.set(key, (watches.get(key) ?? new Set()).add(handler))
    return {
      async close() {
        for (const key of keys) watches.get(key)?.delete(handler)
      },
    }
  }

  return {
    request,
    serve,
    publish,
    subscribe,
    watch,
    ping: async () => ({ connected: !closed, latencyMs: 0 }),
    queueDepths: async () => [...subscriptions].flatMap((subscription) => subscription.depths()),
    async close() {
      closed = true
      await Promise.all([...subscriptions].map((subscription) => subscription.close()))
    },
  }
}

type LocalSubscription = Subscription & {
  readonly topics: ReadonlySet<string>
  push(event: EventEnvelope, text: string): Promise<void>
  depths(): { queue: string; messages: number }[]
}

/** How long a batch that was not taken waits before it is offered again. */
const REOFFER_MS = 100

function createLocalSubscription(
  service: string,
  topics: readonly Topic[],
  handler: EventHandler,
  onClose: () => void,
  after: NonNullable<LocalBusOptions['after']>,
): LocalSubscription {
  const queues: Parcel[][] = Array.from({ length: PARTITIONS }, () => [])
  const busy: (Promise<void> | undefined)[] = Array.from({ length: PARTITIONS })
  let owned = new Set<number>()
  let closed = false

  function start(partition: number): void {
    if (busy[partition] || closed || !owned.has(partition) || queues[partition]?.length === 0) return
    busy[partition] = drain(partition).finally(() => {
      busy[partition] = undefined
      start(partition)
    })
  }

  async function drain(partition: number): Promise<void> {
    const queue = queues[partition] as Parcel[]
    while (queue.length > 0 && owned.has(partition) && !closed) {
      const parcels = queue.slice(0, BATCH)
      try {
        await handler(
          parcels.map((parcel) => JSON.parse(parcel.text) as EventEnvelope),
          partition,
        )
      } catch {
        await new Promise<void>((resolve) => after(REOFFER_MS, resolve))
        continue
      }
      queue.splice(0, parcels.length)
      for (const parcel of parcels) parcel.taken()
    }
  }

  return {
    topics: new Set(topics.map((topic) => topicKey(topic.publisher, topic.type))),
    push(event, text) {
      if (closed) return Promise.reject(new TransportError('closed', `Subscription of "${service}" is closed`))
      const partition = partitionOf(event.order_key)
      return new Promise((taken, lost) => {
        queues[partition]?.push({ text, type: event.type, taken, lost })
        start(partition)
      })
    },
    async own(partitions) {
      owned = new Set(partitions)
      for (const partition of owned) start(partition)
      await Promise.all(busy.filter((_, partition) => !owned.has(partition)))
    },
    depths: () => queues.map((queue, partition) => ({ queue: `bin-manager.${service}.subscribe.${partition}`, messages: queue.length })),
    async close() {
      closed = true
      onClose()
      await Promise.all(busy)
      const error = new TransportError('closed', `Subscription of "${service}" was closed`)
      for (const parcel of queues.flat()) parcel.lost(error)
    },
  }
}
