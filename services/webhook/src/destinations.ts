import type { Read } from '@voipbin/sql'
import { findSettings } from './store/settings.ts'

/** Somewhere that the events of a customer go. */
export type Destination = {
  /** Names it among all; of the customer's own webhook it is the customer's id. */
  readonly id: string
  readonly customer_id: string
}

/**
 * Where an event goes: a list, because a running flow may have a webhook of its own beside that of the customer.
 * A customer that is not known here yet counts as one that wants it: events of different services come in no order, so
 * its own may come before the news of it. Whoever sends asks.
 */
export async function destinationsOf(read: Read, customerId: string): Promise<Destination[]> {
  const settings = await findSettings(read, customerId)
  return settings?.uri === '' ? [] : [{ id: customerId, customer_id: customerId }]
}
