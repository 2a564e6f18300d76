import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Tx } from '@voipbin/sql'
import { advance } from './work.ts'

const hasBegun = ({ execution_id, is_wait_over, is_flow_over }: Call) => execution_id !== NIL_ID || is_wait_over || is_flow_over

/** Has the flow begin: a wait without a name is over, see `askFlow`. What has begun goes on as it is. */
export function startFlow(tx: Tx, call: Call): Partial<Call> {
  if (hasBegun(call) || call.activeflow_id === NIL_ID) return {}
  tx.schedule(advance, call.id, tx.now, { call_id: call.id })
  return { is_wait_over: true }
}

/** Before the answer, where it was asked for so. */
export const startEarly = (tx: Tx, call: Call): Partial<Call> => (call.has_early_execution ? startFlow(tx, call) : {})
