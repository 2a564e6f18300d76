import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { isWaitingFor } from '../activeflow.ts'
import { runOn, stepOf } from '../run.ts'
import { activeflows } from '../store/activeflows.ts'
import { mergeVariables } from '../variables.ts'

export const nextAction: Answer<typeof flowContract, 'nextAction'> = async (tx, { id, execution_id, variables, call_status }) => {
  const activeflow = await activeflows.get(tx, id)
  if (!isWaitingFor(activeflow, execution_id))
    return { ...stepOf(activeflow, []), state: activeflow.status === 'ended' ? 'ended' : 'stale' }
  const changed =
    Object.keys(variables).length === 0 ? activeflow : { ...activeflow, variables: mergeVariables(activeflow.variables, variables) }
  return (await runOn(tx, activeflow, call_status, changed)).step
}
