import { type Bus, type EventHandler, type RequestEnvelope, TransportError } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'

/** What a test may make a bus do wrong. */
export type Faults = {
  /** Publishes that are refused before anything is taken. */
  refusedPublishes: number
  /** Publishes that are taken, and whose confirmation is lost. */
  unconfirmedPublishes: number
  /** What the next requests end with instead of being sent. */
  readonly requestFailures: TransportError['kind'][]
  /** Methods whose next request is answered, and the reply lost. */
  readonly lostReplies: string[]
  /** Every batch of events is handed over twice. */
  isDoubling: boolean
  readonly requests: RequestEnvelope[]
  readonly published: EventEnvelope[]
}

/** The bus with faults on demand, and a record of what went over it. */
export function faultyBus(bus: Bus): { readonly bus: Bus; readonly faults: Faults } {
  const faults: Faults = {
    ...{ refusedPublishes: 0, unconfirmedPublishes: 0, isDoubling: false },
    ...{ requestFailures: [], lostReplies: [], requests: [], published: [] },
  }
  const doubled =
    (handler: EventHandler): EventHandler =>
    async (events, partition) => {
      await handler(events, partition)
      if (faults.isDoubling) await handler(events, partition)
    }
  return {
    faults,
    bus: {
      ...bus,
      async request(request) {
        faults.requests.push(request)
        const kind = faults.requestFailures.shift()
        if (kind) throw new TransportError(kind, `made to fail: ${kind}`)
        const reply = await bus.request(request)
        const lost = faults.lostReplies.indexOf(request.method)
        if (lost < 0) return reply
        faults.lostReplies.splice(lost, 1)
        throw new TransportError('closed', 'the reply was lost')
      },
      async publish(events) {
        if (faults.refusedPublishes > 0) {
          faults.refusedPublishes--
          throw new TransportError('closed', 'the bus is away')
        }
        faults.published.push(...events)
        await bus.publish(events)
        if (faults.unconfirmedPublishes === 0) return
        faults.unconfirmedPublishes--
        throw new TransportError('closed', 'the confirmation was lost')
      },
      subscribe: (service, topics, handler) => bus.subscribe(service, topics, doubled(handler)),
    },
  }
}
