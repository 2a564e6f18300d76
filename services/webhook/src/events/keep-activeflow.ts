import type { EventEnvelope } from '@voipbin/contracts/event'
import { type Activeflow, flowContract } from '@voipbin/contracts/flow'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'
import { forgetActiveflow } from '../jobs/forget-activeflow.ts'
import { findActiveflow, insertActiveflow } from '../store/activeflows.ts'

/** As long as deliveries are kept: until then one may be replayed. */
const KEPT_MS = 30 * 86_400_000

export const isOfActiveflow = ({ publisher, type }: EventEnvelope): boolean =>
  publisher === flowContract.service && type.startsWith('activeflow_')

/** Remembers the webhook of a run of a flow. In the transaction that queues the event, so that its first event goes there already. */
export async function keepActiveflow(tx: Tx, event: EventEnvelope): Promise<void> {
  if (!isOfActiveflow(event)) return
  const { id: activeflow_id, customer_id, webhook_uri: uri, webhook_method: method, status } = event.data as Activeflow
  if (uri === '') return
  if (!(await findActiveflow(tx, activeflow_id))) await insertActiveflow(tx, { activeflow_id, customer_id, uri, method })
  if (status === 'ended' || event.type === 'activeflow_deleted')
    tx.schedule(forgetActiveflow, activeflow_id, addMilliseconds(tx.now, KEPT_MS), { activeflow_id })
}
