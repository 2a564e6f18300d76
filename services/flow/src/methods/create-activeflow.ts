import { NIL_ID } from '@voipbin/contracts/fields'
import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { checkActions } from '../check-actions.ts'
import { checkReferences } from '../check-references.ts'
import { startFlow } from '../start-flow.ts'
import { clientVariables } from '../variables.ts'

/** Asked for through the API; nothing to run is over at once. No party is there, so actions that need a call are passed over. */
export const createActiveflow: Answer<typeof flowContract, 'createActiveflow'> = async (
  tx,
  { id = tx.newId(), variables, flow_id, ...given },
) => {
  const actions = checkActions(given.actions, tx.newId)
  await checkReferences(tx, given.customer_id, actions)
  const reference = { reference_type: 'api', reference_id: NIL_ID, reference_activeflow_id: NIL_ID, complete_count: 0 } as const
  const started = await startFlow(tx, {
    ...given,
    ...reference,
    id,
    flow_id: flow_id || NIL_ID,
    actions,
    variables: clientVariables(variables),
  })
  return started.activeflow
}
