import type { Customer } from '@voipbin/contracts/customer'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import { makeFirstAdmin } from './on-customer-created.ts'

/** A sign-up becomes active when whoever reads its mails has said so. A mere change of address proves nothing. */
export async function onCustomerUpdated(tx: Tx, { data }: EventEnvelope<Customer>): Promise<void> {
  if (data.email_verified) await makeFirstAdmin(tx, data)
}
