import type { Call } from '@voipbin/contracts/call-entities'
import type { FlowStep } from '@voipbin/contracts/flow'
import type { Tx } from '@voipbin/sql'
import { calls } from './store/calls.ts'

/** Saves what the flow has the call do next, before any of it is done. Whoever calls it sees to it that it is. */
export function saveStep(tx: Tx, call: Call, step: FlowStep): Promise<Call> {
  const isReceiving = step.actions[0]?.type === 'digits_receive'
  return calls.update(tx, 'call_updated', call, {
    execution_id: step.execution_id,
    is_wait_over: false,
    pending_actions: step.actions,
    is_flow_over: step.state === 'ended',
    // What cut a prompt short is the first digit of the answer to it, where that is asked for at once.
    collected: isReceiving && call.action?.type === 'talk' ? call.collected : '',
  })
}
