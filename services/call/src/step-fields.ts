import type { Call } from '@voipbin/contracts/call-entities'
import type { FlowStep } from '@voipbin/contracts/flow'

/** What the flow has the call do next, as the call keeps it: nothing of it is seen outside. */
export function stepFields(call: Call, step: FlowStep) {
  const isReceiving = step.actions[0]?.type === 'digits_receive'
  return {
    execution_id: step.execution_id,
    is_wait_over: false,
    // They stay when they are done: whoever does them again, because nobody knows whether they were, does the same.
    pending_actions: step.actions,
    is_flow_over: step.state === 'ended',
    // What cut a prompt short is the first digit of the answer to it, where that is asked for at once.
    collected: isReceiving && call.action?.type === 'talk' ? call.collected : '',
  }
}
