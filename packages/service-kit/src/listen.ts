import type { EventHandler, Topic } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { addMilliseconds } from '@voipbin/contracts/time'
import { blockKey, type Database, DatabaseUnavailable, deriveId, type Origin, type Tx } from '@voipbin/sql'
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
  const keys = new Map(listeners.map(({ contract, type }) => [`${contract.service} ${type}`, { publisher: contract.service, type }]))
  return [...keys.values()]
}

/**
 * Applies events to their listeners, each event once: the inbox remembers it in the transaction of the effect. An event
 * that fails is parked, and later ones of its order key behind it; other keys flow on.
 * Rejects only when the database is away: the bus then offers the same events again.
 */
export function createEventHandler(parts: ListenParts): EventHandler {
  const applied = parts.metrics.counter('voipbin_events_applied_total', 'Events applied by a listener', ['service', 'type'])
  return async (events) => {
    const blocked = await parts.database.inbox.blocked(parts.database.engine.reader)
    for (const listener of parts.listeners) {
      const own = events.filter((event) => event.type === listener.type && event.publisher === listener.contract.service)
      for (let start = 0; start < own.length; start += listener.batch) {
        await applyBatch(parts, listener, own.slice(start, start + listener.batch), blocked)
      }
      if (own.length > 0) applied.add({ service: parts.service, type: listener.type }, own.length)
    }
  }
}

async function applyBatch(parts: ListenParts, listener: Listener, events: readonly EventEnvelope[], blocked: Set<string>): Promise<void> {
  const isFree = events.every((event) => !blocked.has(blockKey(listener.name, event.order_key)))
  if (isFree && events.length > 1) {
    try {
      return await applyTogether(parts, listener, events)
    } catch (error) {
      if (error instanceof DatabaseUnavailable) throw error
      // One of them failed and took the others along: each for itself, then.
    }
  }
  for (const event of events) await applyOne(parts, listener, event, blocked)
}

async function applyOne(parts: ListenParts, listener: Listener, event: EventEnvelope, blocked: Set<string>): Promise<void> {
  const key = blockKey(listener.name, event.order_key)
  if (blocked.has(key)) return park(parts, listener, event, undefined)
  try {
    await applyTogether(parts, listener, [event])
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error
    parts.log.warn('listener failed, event parked', { ...eventFields(listener, event), error })
    await park(parts, listener, event, error)
    blocked.add(key)
  }
}

const eventFields = (listener: Listener, event: EventEnvelope) => ({
  listener: listener.name,
  event_id: event.id,
  event_type: event.type,
  request_id: event.request_id,
  customer_id: event.customer_id,
})

async function applyTogether(parts: ListenParts, listener: Listener, events: readonly EventEnvelope[]): Promise<void> {
  const [first] = events
  if (!first) return
  await parts.database.transaction(originOf(parts.service, listener, first), async (tx) => {
    for (const event of events) {
      if (await parts.database.inbox.take(tx.connection, listener.name, event.id)) await runEffect(listener, tx, event)
    }
  })
}

/** Nested work of an event is named after event and listener, so that a run again names it the same. */
export const originOf = (service: string, listener: Listener, event: EventEnvelope): Origin => ({
  service,
  operationId: deriveId(service, listener.name, event.id),
  requestId: event.request_id,
  trace: event.trace,
})

export function runEffect(listener: Listener, tx: Tx, event: EventEnvelope): Promise<void> {
  const context = systemContext({ requestId: event.request_id, trace: event.trace, operationId: event.id })
  return runInContext(context, () => listener.effect(tx, event))
}

async function park(parts: ListenParts, listener: Listener, event: EventEnvelope, error: unknown): Promise<void> {
  const hasFailed = error !== undefined
  await parts.database.transaction(originOf(parts.service, listener, event), async (tx) => {
    if (!(await parts.database.inbox.take(tx.connection, listener.name, event.id))) return
    await parts.database.inbox.park(tx.connection, {
      listener: listener.name,
      event,
      attempt: hasFailed ? 1 : 0,
      dueAt: hasFailed ? addMilliseconds(tx.now, retryDelayMs(0) ?? 0) : tx.now,
      error: hasFailed ? describeFailure(error) : null,
      now: tx.now,
    })
  })
  parts.onParked()
}
