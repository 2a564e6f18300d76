import type { CallContract } from '@voipbin/contracts/call'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Answer } from '@voipbin/service-kit'
import { isLive } from '../call.ts'
import { stepFields } from '../step-fields.ts'
import { calls } from '../store/calls.ts'
import { advance } from '../work.ts'

/** A step that the flow found by itself. Of two, the later one stands: the flow is ahead of what the call knows. */
export const takeStep: Answer<CallContract, 'takeStep'> = async (tx, { id, step }) => {
  const call = await calls.find(tx, id)
  const isKnown = call?.execution_id === step.execution_id && step.execution_id !== NIL_ID
  if (!call || !isLive(call) || call.activeflow_id !== step.activeflow_id || isKnown) return {}
  tx.schedule(advance, id, tx.now, { call_id: id })
  await calls.keep(tx, call, stepFields(call, step))
  return {}
}
