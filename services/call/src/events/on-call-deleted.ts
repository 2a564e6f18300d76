import type { Call } from '@voipbin/contracts/call-entities'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import { causeOf, isLive } from '../call.ts'
import { tellNode } from '../tell-node.ts'

/** Of a customer that is deleted: its node knows nothing of that. One that a client deletes was hung up before. */
export async function onCallDeleted(tx: Tx, { data: call }: EventEnvelope<Call>): Promise<void> {
  if (isLive(call)) tellNode(tx, call, { method: 'hangup', input: { id: call.id, cause: causeOf('normal'), tag: '' } })
}
