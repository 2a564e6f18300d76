import { ServiceError } from '@voipbin/contracts/errors'
import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { push } from '../activeflow.ts'
import { checkActions } from '../check-actions.ts'
import { goOnBySelf } from '../go-on-by-self.ts'
import { activeflows } from '../store/activeflows.ts'

export const pushActions: Answer<typeof flowContract, 'pushActions'> = async (tx, { id, actions, stack_id }) => {
  const activeflow = await activeflows.get(tx, id)
  if (activeflow.status === 'ended')
    throw new ServiceError('FAILED_PRECONDITION', 'ACTIVEFLOW_ENDED', `Cannot push actions on activeflow "${id}": it has ended`)
  const pushed = { ...activeflow }
  if (!push(pushed, checkActions(actions, tx.newId), stack_id ?? tx.newId()))
    throw new ServiceError(
      'RESOURCE_EXHAUSTED',
      'STACK_LIMIT_REACHED',
      `Cannot push actions on activeflow "${id}": too many are pushed already`,
    )
  return goOnBySelf(tx, activeflow, '', pushed)
}
