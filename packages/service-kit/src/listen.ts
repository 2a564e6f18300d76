import type { EventHandler, Topic } from '@voipbin/bus'
import { addMilliseconds } from '@voipbin/contracts/time'
import { type Database, DatabaseUnavailable, type Origin, type Tx, withOrigin } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import { runInContext, systemContext } from './context.ts'
import { type Delivery, deliveriesTo, groupsOf, keyOf } from './deliveries.ts'
import type { Listener } from './listener.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { describeFailure, retryDelayMs } from './retry-delays.ts'

export type ListenParts = {
  readonly service: string
  readonly listeners: readonly Listener[]
  readonly database: Database
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  /** Tells the one who retries that an event waits. */
  readonly onParked: () => void
}

export function topicsOf(listeners: readonly Listener[]): Topic[] {
  const topics = listeners.flatMap((listener) => listener.topics)
  return [...new Map(topics.map((topic) => [keyOf(topic), topic])).values()]
}

/**
 * Applies events to their listeners in the order in which they come, each event once: the inbox remembers it in the
 * transaction of the effect. An event that fails is parked, and later ones of its order key behind it; other keys and
 * other listeners flow on.
 * Rejects only when the database is away: the bus then offers the same events again.
 */
export function createEventHandler(parts: ListenParts): EventHandler {
  const deliveries = deliveriesTo(parts.listeners)
  const taken = parts.metrics.counter('voipbin_events_taken_total', 'Events that a listener applied, or parked for later', [
    'service',
    'listener',
    'outcome',
  ])
  const count = (outcome: 'applied' | 'parked') => (listener: string) => taken.add({ service: parts.service, listener, outcome })
  return async (events) => {
    for (const group of groupsOf(deliveries(events))) {
      const { applied, parked } = await takeGroup(parts, group)
      applied.forEach(count('applied'))
      parked.forEach(count('parked'))
      if (parked.length > 0) parts.onParked()
    }
  }
}

/** Names of the listeners, once an event. */
type Outcome = { readonly applied: readonly string[]; readonly parked: readonly string[] }

async function takeGroup(parts: ListenParts, group: readonly Delivery[]): Promise<Outcome> {
  if (group.length > 1) {
    try {
      return await takeTogether(parts, group)
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error
      // One of them failed and took the others along: each for itself, then.
    }
  }
  const outcomes: Outcome[] = []
  for (const delivery of group) outcomes.push(await takeOne(parts, delivery))
  return { applied: outcomes.flatMap(({ applied }) => applied), parked: outcomes.flatMap(({ parked }) => parked) }
}

async function takeOne(parts: ListenParts, delivery: Delivery): Promise<Outcome> {
  try {
    return await takeTogether(parts, [delivery])
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error
    const { event, listener } = delivery
    const fields = { listener: listener.name, event_id: event.id, event_type: event.type, customer_id: event.customer_id }
    parts.log.warn('listener failed, event parked', { ...fields, request_id: event.request_id, error })
    return parkFailed(parts, delivery, error)
  }
}

/**
 * One transaction: each event that its listener has not had yet is applied, or parked where an earlier one of its key
 * waits. What waits is read after the events were taken. An instance that stalled and was replaced may still hold events
 * that its successor has settled up to a point; it then sees what the successor parked, and never overtakes it.
 */
async function takeTogether(parts: ListenParts, group: readonly Delivery[]): Promise<Outcome> {
  const { database, service } = parts
  const [first] = group
  if (!first) return { applied: [], parked: [] }
  return database.transaction(originOf(service, first), async (tx) => {
    const wanted = group.map((delivery) => ({ listener: delivery.listener.name, eventId: delivery.event.id, delivery }))
    const own = (await database.inbox.takeAll(tx.connection, wanted)).map(({ delivery }) => delivery)
    const isBlocked = await findBlocked(database, tx, own)
    const applied: string[] = []
    const parked: string[] = []
    for (const delivery of own) {
      const { event, listener } = delivery
      if (isBlocked(delivery)) {
        await database.inbox.park(tx.connection, { listener: listener.name, event, attempt: 0, dueAt: tx.now, error: null, now: tx.now })
        parked.push(listener.name)
      } else {
        await runEffect(service, delivery, group.length === 1 ? tx : withOrigin(tx, originOf(service, delivery)))
        applied.push(listener.name)
      }
    }
    return { applied, parked }
  })
}

async function findBlocked({ inbox }: Database, tx: Tx, own: readonly Delivery[]): Promise<(delivery: Delivery) => boolean> {
  if (own.length === 0 || !(await inbox.isAnyWaiting(tx.connection))) return () => false
  const blocked = new Map<string, ReadonlySet<string>>()
  for (const [name, deliveries] of Map.groupBy(own, ({ listener }) => listener.name)) {
    const keys = deliveries.map(({ event }) => event.order_key)
    blocked.set(name, await inbox.blocked(tx.connection, name, keys))
  }
  return ({ event, listener }) => blocked.get(listener.name)?.has(event.order_key) === true
}

/** Nested work of an event is named after event and listener, so that a run again names it the same. */
export const originOf = (service: string, { event, listener }: Delivery): Origin => ({
  service,
  operationId: `${listener.name} ${event.id}`,
  requestId: event.request_id,
  trace: event.trace,
})

/** @param tx one of the event's own origin */
export function runEffect(service: string, delivery: Delivery, tx: Tx): Promise<void> {
  const { event, listener } = delivery
  const { operationId } = originOf(service, delivery)
  const context = systemContext({ requestId: event.request_id, trace: event.trace, operationId })
  return runInContext(context, () => listener.effect(tx, event))
}

async function parkFailed({ database, service }: ListenParts, delivery: Delivery, error: unknown): Promise<Outcome> {
  const { event, listener } = delivery
  return database.transaction(originOf(service, delivery), async (tx) => {
    if (!(await database.inbox.take(tx.connection, listener.name, event.id))) return { applied: [], parked: [] }
    const dueAt = addMilliseconds(tx.now, retryDelayMs(0) ?? 0)
    await database.inbox.park(tx.connection, {
      ...{ listener: listener.name, event, attempt: 1, dueAt, now: tx.now },
      error: describeFailure(error),
    })
    return { applied: [], parked: [listener.name] }
  })
}
