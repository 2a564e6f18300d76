import { NIL_ID } from '@voipbin/contracts/fields'
import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { checkReferences } from '../check-references.ts'
import type { Check } from '../check-whole.ts'
import { startFlow } from '../start-flow.ts'
import { clientVariables } from '../variables.ts'

/** Asked for through the API; nothing to run is over at once. No party is there, so actions that need a call are passed over. */
export const createActiveflow =
  (check: Check): Answer<typeof flowContract, 'createActiveflow'> =>
  async (ctx, { id, variables, flow_id, ...given }) => {
    const actions = await check(given.actions)
    return ctx.transaction(async (tx) => {
      await checkReferences(tx, given.customer_id, actions)
      const reference = { reference_type: 'api', reference_id: NIL_ID, reference_activeflow_id: NIL_ID, complete_count: 0 } as const
      const started = await startFlow(tx, {
        ...given,
        ...reference,
        id: id ?? tx.newId(),
        flow_id: flow_id || NIL_ID,
        actions,
        variables: clientVariables(variables),
      })
      return started.activeflow
    })
  }
