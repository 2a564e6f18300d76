import { flowCallPort } from '@voipbin/contracts/call-ports'
import type { FlowAction } from '../flow-action.ts'

/** Calls that live on their own; the flow does not wait for them. */
export const call: FlowAction<'call'> = ({ tx, running, option }) => {
  const { source, destinations, flow_id, actions, anonymous } = option
  tx.request(flowCallPort, 'placeCalls', {
    ...{ customer_id: running.customer_id, source, destinations, flow_id, actions, anonymous, variables: running.variables },
    ...(running.has_call ? { master_call_id: running.reference_id } : {}),
    ...{ is_chained: option.chained === true, has_early_execution: option.early_execution === true },
  })
  return { go: 'next' }
}
