import type { Customer } from '@voipbin/contracts/customer'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { id } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import { job } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'
import { deleteEvents } from '../store/events.ts'

const ROWS_A_COMMIT = 500
/** What other services tell while they delete what was the customer's has come by then. */
const SECOND_LOOK_MS = 120_000

/** The kit's cascade for a table that tells of nothing. */
export const purgeEvents = job('purge_events', z.object({ customer_id: id(), isSecondLook: z.boolean() }))

export const purgeEventsHandler = purgeEvents.inTx(async (tx, { customer_id, isSecondLook }) => {
  if ((await deleteEvents(tx, { customer_id }, ROWS_A_COMMIT)) === ROWS_A_COMMIT)
    tx.schedule(purgeEvents, customer_id, tx.now, { customer_id, isSecondLook })
  else if (!isSecondLook)
    tx.schedule(purgeEvents, customer_id, addMilliseconds(tx.now, SECOND_LOOK_MS), { customer_id, isSecondLook: true })
})

export const schedulePurge = async (tx: Tx, { data }: EventEnvelope<Pick<Customer, 'id'>>): Promise<void> =>
  tx.schedule(purgeEvents, data.id, tx.now, { customer_id: data.id, isSecondLook: false })
