import { NIL_ID } from '@voipbin/contracts/fields'
import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { checkReferences } from '../check-references.ts'
import type { Check } from '../check-whole.ts'
import { flows } from '../store/flows.ts'

/** Activeflows of it that run keep the actions that they began with. */
export const updateFlow =
  (check: Check): Answer<typeof flowContract, 'updateFlow'> =>
  async (ctx, { id, actions: given, on_complete_flow_id, ...fields }) => {
    await flows.get(ctx.read(), id) // one that is not there is that, whatever is wrong with its actions
    const actions = await check(given)
    return ctx.transaction(async (tx) => {
      const flow = await flows.get(tx, id)
      await checkReferences(tx, flow.customer_id, actions)
      return flows.update(tx, 'flow_updated', flow, { ...fields, actions, on_complete_flow_id: on_complete_flow_id || NIL_ID })
    })
  }
