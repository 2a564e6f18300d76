import type { Customer } from '@voipbin/contracts/customer'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'
import { purgeSpeeches } from '../jobs/trim-speeches.ts'
import { freeReferencesOf } from '../store/speakings.ts'

/** Requests that were under way when the customer was deleted have ended by then. */
const SECOND_LOOK_MS = 60_000

export async function onCustomerDeleted(tx: Tx, { data: { id } }: { readonly data: Customer }): Promise<void> {
  await freeReferencesOf(tx, id)
  tx.schedule(purgeSpeeches, id, tx.now, { customer_id: id })
  tx.schedule(purgeSpeeches, `${id}:again`, addMilliseconds(tx.now, SECOND_LOOK_MS), { customer_id: id })
}
