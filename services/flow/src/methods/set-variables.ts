import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { activeflows } from '../store/activeflows.ts'
import { mergeVariables } from '../variables.ts'

export const setVariables: Answer<typeof flowContract, 'setVariables'> = async (tx, { id, variables }) => {
  const activeflow = await activeflows.get(tx, id)
  const saved = await activeflows.update(tx, 'activeflow_updated', activeflow, {
    variables: mergeVariables(activeflow.variables, variables),
  })
  return { variables: saved.variables }
}
