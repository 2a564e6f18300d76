import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { checkReferences } from '../check-references.ts'
import type { Check } from '../check-whole.ts'

export const checkActions =
  (check: Check): Answer<typeof flowContract, 'checkActions'> =>
  async (read, { customer_id, actions }) => {
    const checked = await check(actions)
    await checkReferences(read, customer_id, checked)
    return { actions: checked }
  }
