import type { Bus } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Database } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import { type Loop, startLoop } from './loop.ts'
import type { Metrics } from './metrics.ts'

type Parts = {
  readonly service: string
  readonly database: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly isLeader: () => boolean
}

const IN_FLIGHT = 256
/** The net under nudges that were lost. */
const POLL_MS = 250

/**
 * Carries committed events from the outbox to the bus: reads without locks, publishes in order, deletes what the bus
 * holds. A crash in between publishes again, and the listeners' inboxes notice.
 */
export function startRelay(parts: Parts): Loop {
  const { service, database, bus } = parts
  const published = parts.metrics.counter('voipbin_events_published_total', 'Events handed to the bus', ['service', 'type'])
  return startLoop(parts.clock, parts.log, 'relay', async () => {
    if (!parts.isLeader()) return POLL_MS
    const stored = await database.outbox.read(database.engine.reader, IN_FLIGHT)
    if (stored.length === 0) return POLL_MS
    await bus.publish(stored.map(({ event }) => event))
    const positions = stored.map(({ position }) => position)
    await database.engine.inTransaction((connection) => database.outbox.remove(connection, positions))
    for (const { event } of stored) published.add({ service, type: event.type })
    return stored.length === IN_FLIGHT ? 0 : POLL_MS
  })
}

/** Type of the event by which a replica tells the relay of its service that there is something to fetch. Nobody subscribes to it. */
export const NUDGE = 'kernel_nudge'

/** A nudge is not a fact: it has no id that matters, and nothing is lost with it. */
export function nudgeEvent(service: string, time: string): EventEnvelope {
  return {
    id: '',
    time,
    type: NUDGE,
    publisher: service,
    customer_id: '',
    resource_id: '',
    order_key: '',
    sequence: 0,
    request_id: '',
    trace: '',
    data: {},
  }
}
