import { ServiceError } from '@voipbin/contracts/errors'
import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { endUnasked } from '../run.ts'
import { activeflows } from '../store/activeflows.ts'

export const stopActiveflow: Answer<typeof flowContract, 'stopActiveflow'> = async (tx, { id }) => {
  const activeflow = await activeflows.get(tx, id)
  if (activeflow.status === 'ended')
    throw new ServiceError('FAILED_PRECONDITION', 'ACTIVEFLOW_ENDED', `Cannot stop activeflow "${id}": it has ended`)
  return endUnasked(tx, activeflow, 'stopped')
}
