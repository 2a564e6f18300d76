import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { checkActions as check } from '../check-actions.ts'
import { checkReferences } from '../check-references.ts'

export const checkActions =
  (newId: () => string): Answer<typeof flowContract, 'checkActions'> =>
  async (read, { customer_id, actions }) => {
    const checked = check(actions, newId)
    await checkReferences(read, customer_id, checked)
    return { actions: checked }
  }
