import type { Customer } from '@voipbin/contracts/customer'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import { learnSettings } from '../jobs/forget-deliveries.ts'

/** Own copy of what a customer has set, so that an event can be judged in its transaction. */
export const keepSettings = (tx: Tx, { data, sequence }: EventEnvelope<Customer>): Promise<void> =>
  learnSettings(tx, { customer_id: data.id, uri: data.webhook_uri, method: data.webhook_method, is_deleted: false, version: sequence })

/** What comes late of a deleted customer goes nowhere, so it stays known for a while. */
export const keepDeleted = (tx: Tx, { data, sequence }: EventEnvelope<Customer>): Promise<void> =>
  learnSettings(tx, { customer_id: data.id, uri: '', method: '', is_deleted: true, version: sequence })
