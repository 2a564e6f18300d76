import type { FlowAction } from '../flow-action.ts'
import { flows } from '../store/flows.ts'

/** One that is gone since has nothing to run. */
export const fetchFlow: FlowAction<'fetch_flow'> = async ({ tx, running, option }) => {
  const flow = await flows.find(tx, option.flow_id)
  if (flow?.customer_id !== running.customer_id) return { go: 'end', reason: `FLOW_NOT_FOUND: ${option.flow_id}` }
  return { go: 'push', actions: flow.actions }
}
