import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Flow } from '@voipbin/contracts/flow'
import type { Tx } from '@voipbin/sql'
import { forgetFlow } from '../work.ts'

export async function onFlowDeleted(tx: Tx, { data: { id: flow_id, customer_id } }: EventEnvelope<Flow>): Promise<void> {
  tx.schedule(forgetFlow, flow_id, tx.now, { customer_id, flow_id, isSecondLook: false })
}
