import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { endUnasked } from '../run.ts'
import { activeflows } from '../store/activeflows.ts'

/** One that runs is stopped first. */
export const deleteActiveflow: Answer<typeof flowContract, 'deleteActiveflow'> = async (tx, { id }) => {
  const activeflow = await activeflows.get(tx, id)
  const ended = activeflow.status === 'ended' ? activeflow : await endUnasked(tx, activeflow, 'stopped')
  return activeflows.remove(tx, 'activeflow_deleted', ended)
}
