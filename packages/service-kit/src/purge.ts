import type { Contract, EventsOf } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import type { AnyEntity } from '@voipbin/contracts/entity'
import { id } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { EntityTable } from '@voipbin/sql'
import { z } from 'zod'
import { job } from './job.ts'
import { type Listener, on } from './listener.ts'

const ROWS_A_COMMIT = 500
/** Requests that were under way when the tenant was deleted have ended by then. */
const SECOND_LOOK_MS = 60_000

/**
 * The cascade that every service with rows of tenants declares: when a customer is deleted, its rows are deleted too,
 * 500 a commit, to the end, and once more a minute later.
 */
export function purgeOnCustomerDeleted<C extends Contract, T extends z.output<AnyEntity>>(
  table: EntityTable<C, T>,
  event: EventsOf<C, T>,
): Listener {
  const purge = job(`purge_${table.table}`, z.object({ customer_id: id(), isSecondLook: z.boolean() }))
  const handler = purge.inTx(async (tx, { customer_id, isSecondLook }) => {
    const rows = await table.ofCustomer(tx, customer_id, ROWS_A_COMMIT)
    for (const row of rows) await table.remove(tx, event, row)
    if (rows.length === ROWS_A_COMMIT) tx.schedule(purge, customer_id, tx.now, { customer_id, isSecondLook })
    else if (!isSecondLook) tx.schedule(purge, customer_id, addMilliseconds(tx.now, SECOND_LOOK_MS), { customer_id, isSecondLook: true })
  })
  return on(
    customerContract,
    'customer_deleted',
    async (tx, { data }) => tx.schedule(purge, data.id, tx.now, { customer_id: data.id, isSecondLook: false }),
    { name: `purge_${table.table}`, jobs: [handler] },
  )
}
