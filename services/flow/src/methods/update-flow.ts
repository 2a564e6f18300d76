import { NIL_ID } from '@voipbin/contracts/fields'
import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { checkActions } from '../check-actions.ts'
import { checkReferences } from '../check-references.ts'
import { flows } from '../store/flows.ts'

/** Activeflows of it that run keep the actions that they began with. */
export const updateFlow: Answer<typeof flowContract, 'updateFlow'> = async (tx, { id, actions, on_complete_flow_id, ...fields }) => {
  const flow = await flows.get(tx, id)
  const checked = checkActions(actions, tx.newId)
  await checkReferences(tx, flow.customer_id, checked)
  return flows.update(tx, 'flow_updated', flow, { ...fields, actions: checked, on_complete_flow_id: on_complete_flow_id || NIL_ID })
}
