import type { Bus, Closable } from '../bus.ts'
import type { BusReports } from '../reports.ts'
import { away, Connection } from './connection.ts'
import { ping, queueDepths } from './inspection.ts'
import { Publishing } from './publishing.ts'
import { Requests } from './requests.ts'
import { Serving } from './serving.ts'
import { Subscribing } from './subscribing.ts'
import { Watching } from './watching.ts'

export type RabbitmqBusOptions = BusReports & {
  /** `amqp://user:password@host:port/vhost`, or `amqps://` for TLS. */
  readonly url: string
  /** Name of this process in the broker's lists of connections and queues. */
  readonly instance: string
}

/**
 * The bus over RabbitMQ 3.10 or later. Three connections: a broker short of memory stops reading from those that
 * publish, and the one that takes events must go on acknowledging then, or the queues would never empty.
 * @throws TransportError when the broker cannot be reached within 30 s
 */
export async function createRabbitmqBus({ url, instance, ...reports }: RabbitmqBusOptions): Promise<Bus> {
  const connections = await openAll(['asking', 'serving', 'events'], { url, instance, reports })
  const [asking, serving, events] = connections
  const requests = new Requests(asking, reports)
  const publishing = new Publishing(asking, reports)
  const servings = new Set<Serving>()
  const subscriptions = new Set<Subscribing>()
  const watches = new Set<Watching>()
  let closing: Promise<void> | undefined
  const refuseIfClosing = () => {
    if (closing) throw away('The bus is closed')
  }

  async function close(): Promise<void> {
    // What is in hand may still ask and publish; after that, nothing does.
    await Promise.all([...servings, ...subscriptions, ...watches].map((part) => part.close()))
    await Promise.all([requests.close(), publishing.close()])
    await closeAll(connections)
  }

  await Promise.all([requests.ready, publishing.ready]).catch(async (error: unknown) => {
    await closeAll(connections)
    throw error
  })

  return {
    request: (request) => requests.request(request),
    async serve(service, handler, options) {
      refuseIfClosing()
      return start(servings, new Serving({ ...options, service, handler, connection: serving, reports }))
    },
    publish: (batch) => publishing.publish(batch),
    async subscribe(service, topics, handler) {
      refuseIfClosing()
      const options = { service, topics, handler, connection: events, reports }
      const subscription = new Subscribing(options)
      const started = await start(subscriptions, subscription)
      return { ...started, own: (partitions) => subscription.own(partitions) }
    },
    async watch(topics, handler) {
      refuseIfClosing()
      return start(watches, new Watching({ instance, topics, handler, connection: events, reports }))
    },
    ping: () => ping(connections),
    queueDepths: () => queueDepths(events, queuesOf(servings, subscriptions)),
    close() {
      closing ??= close()
      return closing
    },
  }
}

type Uses = ['asking', 'serving', 'events']
type Common = { readonly url: string; readonly instance: string; readonly reports: BusReports }

async function openAll(uses: Uses, common: Common): Promise<[Connection, Connection, Connection]> {
  const opening = uses.map((use) => Connection.open({ ...common, use }))
  const opened = await Promise.allSettled(opening)
  const failed = opened.find((result) => result.status === 'rejected')
  if (!failed) return (await Promise.all(opening)) as [Connection, Connection, Connection]
  await closeAll(opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])))
  throw failed.reason
}

async function closeAll(connections: readonly Connection[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection.close()))
}

/** Remembers a part until it is closed, so that closing the bus closes it. @throws what the broker refused */
async function start<P extends Closable & { readonly ready: Promise<void> }>(parts: Set<P>, part: P): Promise<Closable> {
  parts.add(part)
  const closable = {
    async close() {
      await part.close()
      parts.delete(part)
    },
  }
  try {
    await part.ready
    return closable
  } catch (error) {
    await closable.close()
    throw error
  }
}

function queuesOf(servings: Iterable<Serving>, subscriptions: Iterable<Subscribing>): Set<string> {
  return new Set([...[...servings].map((serving) => serving.queue), ...[...subscriptions].flatMap((one) => one.queues)])
}
