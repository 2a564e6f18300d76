import type { EventHandler, Topic } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { addMilliseconds } from '@voipbin/contracts/time'
import { type Database, DatabaseUnavailable, deriveId, type Origin, type Tx, withOrigin } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import { runInContext, systemContext } from './context.ts'
import type { Listener } from './define-service.ts'
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
  const keys = new Map(listeners.flatMap(({ topics }) => topics.map((topic) => [keyOf(topic), topic])))
  return [...keys.values()]
}

const keyOf = ({ publisher, type }: Topic) => `${publisher} ${type}`

/**
 * Applies events to their listeners, each event once: the inbox remembers it in the transaction of the effect. An event
 * that fails is parked, and later ones of its order key behind it; other keys flow on.
 * Rejects only when the database is away: the bus then offers the same events again.
 */
export function createEventHandler(parts: ListenParts): EventHandler {
  const taken = parts.metrics.counter('voipbin_events_taken_total', 'Events that a listener applied, or parked for later', [
    'service',
    'type',
    'outcome',
  ])
  const heard = parts.listeners.map((listener) => ({ listener, keys: new Set(listener.topics.map(keyOf)) }))
  return async (events) => {
    for (const { listener, keys } of heard) {
      const own = events.filter((event) => keys.has(keyOf(event)))
      for (let start = 0; start < own.length; start += listener.batch) {
        const { applied, parked } = await takeBatch(parts, listener, own.slice(start, start + listener.batch))
        const labels = { service: parts.service, type: labelOf(listener) }
        if (applied > 0) taken.add({ ...labels, outcome: 'applied' }, applied)
        if (parked > 0) taken.add({ ...labels, outcome: 'parked' }, parked)
      }
    }
  }
}

/** The event type, or for a listener to many the name that it goes by. */
const labelOf = ({ topics: [first, ...others], name }: Listener): string => (first && others.length === 0 ? first.type : name)

type Outcome = { readonly applied: number; readonly parked: number }

async function takeBatch(parts: ListenParts, listener: Listener, events: readonly EventEnvelope[]): Promise<Outcome> {
  if (events.length > 1) {
    try {
      return await takeTogether(parts, listener, events)
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error
      // One of them failed and took the others along: each for itself, then.
    }
  }
  let applied = 0
  let parked = 0
  for (const event of events) {
    const outcome = await takeOne(parts, listener, event)
    applied += outcome.applied
    parked += outcome.parked
  }
  return { applied, parked }
}

async function takeOne(parts: ListenParts, listener: Listener, event: EventEnvelope): Promise<Outcome> {
  try {
    return await takeTogether(parts, listener, [event])
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error
    const { name } = listener
    const fields = { listener: name, event_id: event.id, event_type: event.type, customer_id: event.customer_id }
    parts.log.warn('listener failed, event parked', { ...fields, request_id: event.request_id, error })
    await parkFailed(parts, listener, event, error)
    return { applied: 0, parked: 1 }
  }
}

/**
 * One transaction: each event that this listener has not had yet is applied, or parked where an earlier one of its key
 * waits. What waits is read after the events were taken. An instance that stalled and was replaced may still hold events
 * that its successor has settled up to a point; it then sees what the successor parked, and never overtakes it.
 */
async function takeTogether(parts: ListenParts, listener: Listener, events: readonly EventEnvelope[]): Promise<Outcome> {
  const { inbox } = parts.database
  const [first] = events
  if (!first) return { applied: 0, parked: 0 }
  const outcome = await parts.database.transaction(originOf(parts.service, listener, first), async (tx) => {
    const own: EventEnvelope[] = []
    for (const event of events) if (await inbox.take(tx.connection, listener.name, event.id)) own.push(event)
    if (own.length === 0) return { applied: 0, parked: 0 }
    const keys = own.map((event) => event.order_key)
    const blocked = await inbox.blocked(tx.connection, listener.name, keys)
    for (const event of own) {
      if (blocked.has(event.order_key))
        await inbox.park(tx.connection, { listener: listener.name, event, ...behindOthers, dueAt: tx.now, now: tx.now })
      else await runEffect(parts.service, listener, tx, event)
    }
    const parked = keys.filter((key) => blocked.has(key)).length
    return { applied: own.length - parked, parked }
  })
  if (outcome.parked > 0) parts.onParked()
  return outcome
}

const behindOthers = { attempt: 0, error: null }

/** Nested work of an event is named after event and listener, so that a run again names it the same. */
export const originOf = (service: string, listener: Listener, event: EventEnvelope): Origin => ({
  service,
  operationId: deriveId(service, listener.name, event.id),
  requestId: event.request_id,
  trace: event.trace,
})

export function runEffect(service: string, listener: Listener, tx: Tx, event: EventEnvelope): Promise<void> {
  const origin = originOf(service, listener, event)
  const context = systemContext({ requestId: event.request_id, trace: event.trace, operationId: origin.operationId })
  return runInContext(context, () => listener.effect(withOrigin(tx, origin), event))
}

async function parkFailed(parts: ListenParts, listener: Listener, event: EventEnvelope, error: unknown): Promise<void> {
  const { inbox } = parts.database
  await parts.database.transaction(originOf(parts.service, listener, event), async (tx) => {
    if (!(await inbox.take(tx.connection, listener.name, event.id))) return
    await inbox.park(tx.connection, {
      listener: listener.name,
      event,
      attempt: 1,
      dueAt: addMilliseconds(tx.now, retryDelayMs(0) ?? 0),
      error: describeFailure(error),
      now: tx.now,
    })
  })
  parts.onParked()
}
