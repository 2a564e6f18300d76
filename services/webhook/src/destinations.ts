import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Read } from '@voipbin/sql'
import { isOfActiveflow } from './events/keep-activeflow.ts'
import { findActiveflow } from './store/activeflows.ts'
import { findSettings } from './store/settings.ts'

/** Somewhere that the events of a customer go. */
export type Destination = {
  /** Names it among all; of the customer's own webhook it is the customer's id, of a running flow's the activeflow's. */
  readonly id: string
  readonly customer_id: string
}

/**
 * Where an event goes: to its customer, and to the run of a flow that it belongs to, where that has a webhook of its own.
 * A customer that is not known here yet counts as one that wants it: events of different services come in no order, so
 * its own may come before the news of it. Whoever sends asks.
 */
export async function destinationsOf(read: Read, event: EventEnvelope): Promise<Destination[]> {
  const { customer_id } = event
  const settings = await findSettings(read, customer_id)
  if (settings?.is_deleted) return []
  const activeflowId = activeflowOf(event)
  const activeflow = activeflowId === undefined ? undefined : await findActiveflow(read, activeflowId)
  return [
    ...(settings?.uri === '' ? [] : [{ id: customer_id, customer_id }]),
    ...(activeflow?.customer_id === customer_id ? [{ id: activeflow.activeflow_id, customer_id }] : []),
  ]
}

function activeflowOf(event: EventEnvelope): string | undefined {
  const { id, activeflow_id } = event.data as { readonly id?: unknown; readonly activeflow_id?: unknown }
  const found = isOfActiveflow(event) ? id : activeflow_id
  return typeof found === 'string' ? found : undefined
}
