import type { Confbridge } from '@voipbin/contracts/call-entities'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import { tellNode } from '../tell-node.ts'

/** Of a customer that is deleted: its node knows nothing of that, and would keep the bridge for ever. */
export async function onConfbridgeDeleted(tx: Tx, { data: room }: EventEnvelope<Confbridge>): Promise<void> {
  const { id, status, node_id, epoch } = room
  if (status === 'progressing') tellNode(tx, { node_id, epoch }, { method: 'destroyBridge', input: { id } })
}
