import type { Topic } from '@voipbin/bus'
import type { Contract, EventPayload, EventType } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import type { JobHandler } from './job.ts'

export type Listener = {
  /** The events that it hears. */
  readonly topics: readonly Topic[]
  /** Under which the inbox remembers what was applied: keep it when code moves. */
  readonly name: string
  /** Events applied in one transaction, at most. */
  readonly batch: number
  readonly effect: (tx: Tx, event: EventEnvelope) => Promise<void>
  /** Jobs that the effect schedules. */
  readonly jobs: readonly JobHandler[]
}
type OnOptions = { readonly batch?: number; readonly name?: string; readonly jobs?: readonly JobHandler[] }

/** Listens durably: `effect` runs in the transaction that remembers the event, at least once delivered, once applied. */
export function on<C extends Contract, E extends EventType<C>>(
  contract: C,
  type: E,
  effect: (tx: Tx, event: EventEnvelope<EventPayload<C, E>>) => Promise<void>,
  options: OnOptions = {},
): Listener {
  const name = `${contract.service}.${type}:${options.name ?? effect.name}`
  const topics = [{ publisher: contract.service, type }]
  return { topics, name, batch: options.batch ?? 50, effect: effect as Listener['effect'], jobs: options.jobs ?? [] }
}

/**
 * Listens to events of many types as to one stream: they are applied in order per order key whatever their type, and one
 * that waits holds back those of its key that follow. Between listeners of one type each it holds back nothing.
 */
export function onAny(
  topics: readonly Topic[],
  name: string,
  effect: (tx: Tx, event: EventEnvelope) => Promise<void>,
  options: Omit<OnOptions, 'name'> = {},
): Listener {
  return { topics, name, batch: options.batch ?? 50, effect, jobs: options.jobs ?? [] }
}

export type Watch = { readonly contract: Contract; readonly type: string; readonly handler: (event: EventEnvelope) => void }

/** Hears an event in every instance, at most once: to drop a cached copy or tell an open socket. Nothing durable may hang on it. */
export function watch<C extends Contract, E extends EventType<C>>(
  contract: C,
  type: E,
  handler: (event: EventEnvelope<EventPayload<C, E>>) => void,
): Watch {
  return { contract, type, handler: handler as Watch['handler'] }
}
