import type { Bus } from '@voipbin/bus'
import { type Contract, eventDeclaration } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { compileProjection, type Projection } from '@voipbin/contracts/project'
import type { Clock } from './clock.ts'
import { currentContext } from './context.ts'
import type { NodeEvent } from './define-node.ts'
import { createEventLine } from './event-line.ts'
import { newRequestId } from './ids.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

type Parts = {
  readonly contract: Contract
  readonly bus: Bus
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Logger
  readonly metrics: Metrics
  /** Events kept while the bus is away; default 20 000. */
  readonly maxWaiting?: number
}

export type EventPublisher = {
  publish(type: string, event: NodeEvent<Contract, string>): void
  /** Resolves when the bus holds all that was published before; what is published meanwhile is not waited for. @returns how many those were */
  flush(): Promise<number>
  /** Resolves when the bus holds all that was published before: never, where some of that was let go. */
  published(): Promise<void>
  close(): Promise<void>
}

const MAX_WAITING = 20_000

type Flushing = { readonly until: number; readonly resolve: () => void; readonly isForSure: boolean }

/**
 * Events of a service without an outbox: in memory until the bus has them, in the order given. Past the bound the
 * oldest are let go; their numbers are missing then, and listeners ask for the state instead.
 */
export function createEventPublisher(parts: Parts): EventPublisher {
  const { bus, clock, log } = parts
  const service = parts.contract.service
  const maxWaiting = parts.maxWaiting ?? MAX_WAITING
  const published = parts.metrics.counter('voipbin_events_published_total', 'Events handed to the bus', ['service', 'type'])
  const dropped = parts.metrics.counter('voipbin_events_dropped_total', 'Events of a node that found no room while the bus was away', [
    'service',
  ])
  const seal = createSeal(parts)
  let flushing: Flushing[] = []
  let isClosed = false
  const line = createEventLine({
    ...{ bus, clock },
    onTaken(batch) {
      for (const { type } of batch) published.add({ service, type })
    },
    onRefused: (error) => log.warn('the bus does not take events, trying again', { waiting: line.waiting(), error }),
    onGone(gone) {
      for (const { until, resolve } of flushing) if (until <= gone) resolve()
      flushing = flushing.filter(({ until }) => until > gone)
    },
  })

  const untilGone = (isForSure: boolean) =>
    new Promise<void>((resolve) => flushing.push({ until: line.gone() + line.waiting(), resolve, isForSure }))

  return {
    publish(type, event) {
      line.push(seal(type, event))
      if (line.waiting() <= maxWaiting) return
      flushing = flushing.filter(({ isForSure }) => !isForSure)
      line.dropFirst()
      dropped.add({ service })
    },
    async flush() {
      const count = line.waiting()
      if (count > 0 && !isClosed) await untilGone(false)
      return count
    },
    async published() {
      if (line.waiting() > 0) await untilGone(true)
    },
    async close() {
      isClosed = true
      line.close()
      for (const { resolve, isForSure } of flushing.splice(0)) if (!isForSure) resolve()
    },
  }
}

/** Puts an event in its envelope; each type's payload is checked by what its contract says. */
function createSeal({ contract, clock, newId }: Parts) {
  const types = new Map<string, { orderKey: string; check: (data: unknown) => unknown }>()
  function declared(type: string) {
    const known = types.get(type)
    if (known) return known
    const { payload, order_key: orderKey } = eventDeclaration(contract, type)
    const project: Projection = compileProjection(payload, ['secret'])
    const made = { orderKey, check: (data: unknown) => project(payload.parse(data)) }
    types.set(type, made)
    return made
  }
  return (type: string, { customer_id, resource_id, sequence, data }: NodeEvent<Contract, string>): EventEnvelope => {
    const { orderKey, check } = declared(type)
    const checked = check(data) as Readonly<Record<string, unknown>>
    const context = currentContext()
    return {
      ...{ id: newId(), time: clock.time(), type, publisher: contract.service, customer_id, resource_id, sequence },
      order_key: String(checked[orderKey]),
      request_id: context?.requestId ?? newRequestId(),
      trace: context?.trace ?? '',
      data: checked,
    }
  }
}
