import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { flowContract } from '@voipbin/contracts/flow'
import { type Answer, newDirectHash } from '@voipbin/service-kit'
import { checkReferences } from '../check-references.ts'
import type { Check } from '../check-whole.ts'
import { countFlows, flows } from '../store/flows.ts'

const MAX_FLOWS = 10_000

export const createFlow =
  (check: Check): Answer<typeof flowContract, 'createFlow'> =>
  async (ctx, { customer_id, actions: given, on_complete_flow_id, ...fields }) => {
    const actions = await check(given)
    return ctx.transaction(async (tx) => {
      await checkReferences(tx, customer_id, actions)
      if ((await countFlows(tx, customer_id)) >= MAX_FLOWS)
        throw new ServiceError('RESOURCE_EXHAUSTED', 'FLOW_LIMIT_REACHED', `Cannot create the flow: there are ${MAX_FLOWS} already`)
      const made = { type: 'flow', direct_hash: newDirectHash(), on_complete_flow_id: on_complete_flow_id || NIL_ID } as const
      return flows.insert(tx, 'flow_created', { ...fields, ...made, customer_id, actions })
    })
  }
