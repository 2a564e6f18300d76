import { type Bus, TransportError } from '../bus.ts'
import { LocalEvents } from './events.ts'
import { LocalRequests } from './requests.ts'
import { LocalWatches } from './watches.ts'
import { type LocalBusOptions, worldOf } from './world.ts'

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
  let closed = false

  return {
    request: (request) => requests.request(request),
    serve: async (service, handler, serveOptions) => requests.serve(service, handler, serveOptions),
    async publish(batch) {
      if (closed) throw new TransportError('closed', 'The bus is closed')
      for (const event of batch) watches.publish(event)
      await events.publish(batch)
    },
    subscribe: async (service, topics, handler) => events.subscribe(service, topics, handler),
    watch: async (topics, handler) => watches.watch(topics, handler),
    ping: async () => ({ connected: !closed, latencyMs: 0 }),
    queueDepths: async () => [...requests.depths(), ...events.depths()],
    async close() {
      await Promise.all([requests.close(), events.close()])
      watches.close()
      closed = true
    },
  }
}
