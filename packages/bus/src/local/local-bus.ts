import type { EventEnvelope } from '@voipbin/contracts/event'
import { type Bus, type EventHandler, type TextHandler, TransportError } from '../bus.ts'
import { LocalEvents } from './events.ts'
import { LocalRequests } from './requests.ts'
import { LocalWatches } from './watches.ts'
import { type LocalBusOptions, worldOf } from './world.ts'

/** Events that are handed over before the first is taken: a subscriber that is slow keeps none of the others waiting. */
const AHEAD = 4096

/**
 * The bus inside one process. It keeps every promise and every nuisance of the real one: messages are copied through
 * JSON, requests end at their deadline, events wait in partitions and come at least once, and nothing of the sender's
 * async context (transaction, request id) leaks into the receiver.
 */
export function createLocalBus(options: LocalBusOptions = {}): Bus {
  const world = worldOf(options)
  const requests = new LocalRequests(world)
  const events = new LocalEvents(world)
  const watches = new LocalWatches(world)
  let closing: Promise<void> | undefined
  let isClosed = false
  const refuseIf = (isRefused: boolean) => {
    if (isRefused) throw new TransportError('closed', 'The bus is closed')
  }

  async function close(): Promise<void> {
    await Promise.all([requests.close(), events.close()])
    watches.close()
    isClosed = true
  }

  return {
    takesAhead: AHEAD,
    request: (request) => requests.request(request),
    async serve(service, handler, serveOptions) {
      refuseIf(closing !== undefined)
      return requests.serve(service, handler, serveOptions)
    },
    async publish(batch) {
      refuseIf(isClosed)
      for (const event of batch) watches.publish(event)
      await events.publish(batch)
    },
    async subscribe(service, topics, handler) {
      refuseIf(closing !== undefined)
      return events.subscribe(service, topics, parsing(handler))
    },
    async subscribeTexts(service, topics, handler) {
      refuseIf(closing !== undefined)
      return events.subscribe(service, topics, handler)
    },
    async watch(topics, handler) {
      refuseIf(closing !== undefined)
      return watches.watch(topics, handler)
    },
    async ping() {
      refuseIf(isClosed)
      return { connected: true, latencyMs: 0 }
    },
    queueDepths: async () => [...requests.depths(), ...events.depths()],
    close() {
      closing ??= close()
      return closing
    },
  }
}

const parsing =
  (handler: EventHandler): TextHandler =>
  async (texts, partition) =>
    handler(
      texts.map((text) => JSON.parse(text) as EventEnvelope),
      partition,
    )
