import { id } from '@voipbin/contracts/fields'
import { job } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'
import { deleteActiveflow } from '../store/activeflows.ts'
import { deleteDeliveriesTo } from '../store/deliveries.ts'

const ROWS_A_COMMIT = 500

/** A while after its end: what was delivered to it is no longer in the log either, and nothing of it comes any more. */
export const forgetActiveflow = job('forget_activeflow', z.object({ activeflow_id: id() }))

export const forget = async (tx: Tx, { activeflow_id }: { activeflow_id: string }): Promise<void> => {
  if ((await deleteDeliveriesTo(tx, activeflow_id, ROWS_A_COMMIT)) === ROWS_A_COMMIT)
    tx.schedule(forgetActiveflow, activeflow_id, tx.now, { activeflow_id })
  else await deleteActiveflow(tx, activeflow_id)
}
