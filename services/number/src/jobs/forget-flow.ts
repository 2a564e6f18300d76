import { NIL_ID } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import { numbers, withFlow } from '../store/numbers.ts'
import { forgetFlow } from '../work.ts'

const ROWS_A_COMMIT = 500
/** Requests that found the flow while it was there have ended by then. */
const SECOND_LOOK_MS = 60_000

/** Numbers that ran a flow run none once it is deleted: as many a commit as purges have, to the end, and once more a minute later. */
export const forgetFlowHandler = forgetFlow.inTx(async (tx, { customer_id, flow_id, isSecondLook }) => {
  const rows = await withFlow(tx, customer_id, flow_id, ROWS_A_COMMIT)
  const without = (id: string) => (id === flow_id ? NIL_ID : id)
  for (const row of rows) {
    const flows = { call_flow_id: without(row.call_flow_id), message_flow_id: without(row.message_flow_id) }
    await numbers.update(tx, 'number_updated', row, flows)
  }
  const again = { customer_id, flow_id }
  if (rows.length === ROWS_A_COMMIT) tx.schedule(forgetFlow, flow_id, tx.now, { ...again, isSecondLook })
  else if (!isSecondLook) tx.schedule(forgetFlow, flow_id, addMilliseconds(tx.now, SECOND_LOOK_MS), { ...again, isSecondLook: true })
})
