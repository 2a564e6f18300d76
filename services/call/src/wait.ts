import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Tx } from '@voipbin/sql'
import { isOver } from './call.ts'
import { calls } from './store/calls.ts'
import { advance, endWait } from './work.ts'

/** A call that waits for the end of this run of an action, and has not been told of it. */
export const isWaiting = (call: Call, executionId: string) =>
  !isOver(call) && call.execution_id === executionId && executionId !== NIL_ID && !call.is_wait_over

/** What the call waited for is over: of playback, digit, timer and all others the first comes here, the rest find nothing waiting. */
export async function waitIsOver(tx: Tx, call: Call, changes: Partial<Call> = {}): Promise<Call> {
  tx.unschedule(endWait, call.id)
  tx.schedule(advance, call.id, tx.now, { call_id: call.id })
  return calls.update(tx, 'call_updated', call, { ...changes, is_wait_over: true })
}
