import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { checkActions } from '../check-actions.ts'
import { stepOf } from '../run.ts'
import { startFlow } from '../start-flow.ts'
import { activeflows } from '../store/activeflows.ts'
import { clientVariables, mergeVariables } from '../variables.ts'

/** Asked again by its id, the first start stands; its first step has been answered to whoever asked first. */
export const startActiveflow: Answer<typeof flowContract, 'startActiveflow'> = async (
  tx,
  { client_variables, variables, call_status, ...given },
) => {
  const existing = await activeflows.find(tx, given.id)
  if (existing) return { ...stepOf(existing, []), state: 'stale' }
  const merged = mergeVariables(clientVariables(client_variables), variables)
  const actions = checkActions(given.actions, tx.newId)
  return (await startFlow(tx, { ...given, actions, variables: merged }, call_status)).step
}
