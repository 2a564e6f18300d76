import type { Call, HangupReason } from '@voipbin/contracts/call-entities'
import type { Tx } from '@voipbin/sql'
import { causeOf, endingStatus, isLive } from './call.ts'
import { calls } from './store/calls.ts'
import { tellNode } from './tell-node.ts'
import { dial } from './work.ts'

type How = { readonly tag?: string; readonly cause?: number | undefined }

/** Asks for the end of a call; it has come when its channel says so. One that ends already is left alone. */
export async function hangUp(tx: Tx, call: Call, reason: HangupReason, { tag = '', cause }: How = {}): Promise<Call> {
  if (!isLive(call)) return call
  const status = endingStatus(call)
  tellNode(tx, call, { method: 'hangup', input: { id: call.id, cause: cause ?? causeOf(reason), tag } })
  // No node has it yet: whoever is about to choose one sees that it need not be dialled.
  if (call.node_id === '') tx.schedule(dial, call.id, tx.now, { call_id: call.id })
  return calls.update(tx, status === 'canceling' ? 'call_canceling' : 'call_terminating', call, { status })
}
