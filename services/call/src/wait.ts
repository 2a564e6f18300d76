import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Tx } from '@voipbin/sql'
import { isOver } from './call.ts'
import { calls } from './store/calls.ts'
import { advance, endWait } from './work.ts'

/** A call that waits for the end of this run of an action, and has not been told of it. */
export const isWaiting = (call: Call, executionId: string) =>
  !isOver(call) && call.execution_id === executionId && executionId !== NIL_ID && !call.is_wait_over

/** What the call does, or did, in its wait; null where the flow waits for what it does itself, such as a fetch: `action` is an older one then. */
export const actionAtWait = ({ action, pending_actions }: Call): Call['action'] =>
  action?.id === pending_actions.at(-1)?.id ? action : null

/** The same while the wait is not over. */
export const actionOfWait = (call: Call): Call['action'] => (isWaiting(call, call.execution_id) ? actionAtWait(call) : null)

/** What a wait may leave: nothing that customers see. */
type Internal = Partial<Pick<Call, 'collected' | 'digits' | 'confbridge_id'>>

/** What the call waited for is over: of playback, digit, timer and all others the first comes here, the rest find nothing waiting. */
export function waitIsOver(tx: Tx, call: Call, changes: Internal = {}): Promise<Call> {
  goOn(tx, call)
  return calls.keep(tx, call, { ...changes, is_wait_over: true })
}

/** Has the flow asked for what comes next; the row has to say that the wait is over. */
export function goOn(tx: Tx, { id }: Call): void {
  tx.unschedule(endWait, id)
  tx.schedule(advance, id, tx.now, { call_id: id })
}
