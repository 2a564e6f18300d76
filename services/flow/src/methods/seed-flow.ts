import { NIL_ID } from '@voipbin/contracts/fields'
import type { flowContract } from '@voipbin/contracts/flow'
import { type Answer, newDirectHash } from '@voipbin/service-kit'
import { checkActions } from '../check-actions.ts'
import { flows } from '../store/flows.ts'

/** One that was changed or deleted since stays so. */
export const seedFlow: Answer<typeof flowContract, 'seedFlow'> = async (tx, { actions, ...fields }) => {
  if (await flows.wasMade(tx, fields.id)) return { created: false }
  const made = { type: 'flow', direct_hash: newDirectHash(), on_complete_flow_id: NIL_ID } as const
  await flows.insert(tx, 'flow_created', { ...fields, ...made, actions: checkActions(actions, tx.newId) })
  return { created: true }
}
