import { type CallContract, callContract } from '@voipbin/contracts/call'
import { NIL_ID } from '@voipbin/contracts/fields'
import { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { isOver } from '../call.ts'
import { release } from '../end-call.ts'
import { hangUp } from '../hang-up.ts'
import { calls } from '../store/calls.ts'
import { advance } from '../work.ts'

/** A live one is hung up first; what its channel still tells finds no call any more. */
export const deleteCall: Answer<CallContract, 'deleteCall'> = async (tx, { id }) => {
  const call = await calls.get(tx, id)
  const removed = await calls.remove(tx, 'call_deleted', await hangUp(tx, call, 'normal'))
  if (isOver(call)) return removed
  if (call.execution_id !== NIL_ID) tx.request(flowContract, 'endActiveflow', { id: call.activeflow_id, reason: 'hangup' })
  // It is being begun, or was and nobody heard of it.
  else if (call.is_wait_over) tx.schedule(advance, id, tx.now, { call_id: id, activeflow_id: call.activeflow_id })
  for (const chained of call.chained_call_ids) tx.request(callContract, 'hangupCall', { id: chained })
  await release(tx, removed)
  return removed
}
