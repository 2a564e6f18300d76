import type { Customer } from '@voipbin/contracts/customer'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { id } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import { job } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'
import { deleteActiveflows } from '../store/activeflows.ts'
import { deleteDeliveries } from '../store/deliveries.ts'

const ROWS_A_COMMIT = 500
/** What was under way when the customer was deleted has ended by then. */
const SECOND_LOOK_MS = 60_000

/** The kit's cascade for a table that tells of nothing. A queue whose deliveries are gone ends at its next turn. */
export const purgeDeliveries = job('purge_deliveries', z.object({ customer_id: id(), isSecondLook: z.boolean() }))

export const purge = async (tx: Tx, { customer_id, isSecondLook }: { customer_id: string; isSecondLook: boolean }): Promise<void> => {
  const count = await deleteDeliveries(tx, customer_id, ROWS_A_COMMIT)
  const runs = await deleteActiveflows(tx, customer_id, ROWS_A_COMMIT)
  if (count === ROWS_A_COMMIT || runs === ROWS_A_COMMIT) tx.schedule(purgeDeliveries, customer_id, tx.now, { customer_id, isSecondLook })
  else if (!isSecondLook)
    tx.schedule(purgeDeliveries, customer_id, addMilliseconds(tx.now, SECOND_LOOK_MS), { customer_id, isSecondLook: true })
}

export const schedulePurge = async (tx: Tx, { data }: EventEnvelope<Customer>): Promise<void> =>
  tx.schedule(purgeDeliveries, data.id, tx.now, { customer_id: data.id, isSecondLook: false })
