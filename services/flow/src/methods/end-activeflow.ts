import { notFound } from '@voipbin/contracts/errors'
import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { endNow } from '../run.ts'
import { activeflows } from '../store/activeflows.ts'
import { mergeVariables } from '../variables.ts'

export const endActiveflow: Answer<typeof flowContract, 'endActiveflow'> = async (tx, { id, reason, variables }) => {
  const activeflow = await activeflows.find(tx, id)
  if (!activeflow) {
    if (await activeflows.wasMade(tx, id)) return {}
    throw notFound('activeflow', id)
  }
  if (activeflow.status === 'ended') return activeflow
  return endNow(tx, activeflow, reason, { ...activeflow, variables: mergeVariables(activeflow.variables, variables) })
}
