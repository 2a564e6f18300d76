import { flowCallPort } from '@voipbin/contracts/call-ports'
import type { Activeflow } from '@voipbin/contracts/flow'
import type { Tx } from '@voipbin/sql'
import type { Running } from './activeflow.ts'
import { runOn } from './run.ts'

/**
 * Runs on without anybody having asked: what the call has to do then is brought to it.
 * @param callStatus of the call, as far as it is known
 * @param changed the activeflow with what happened meanwhile
 */
export async function goOnBySelf(tx: Tx, activeflow: Activeflow, callStatus = '', changed: Running = activeflow): Promise<Activeflow> {
  const { activeflow: saved, step } = await runOn(tx, activeflow, callStatus, changed)
  if (saved.has_call) tx.request(flowCallPort, 'takeStep', { id: saved.reference_id, step })
  return saved
}
