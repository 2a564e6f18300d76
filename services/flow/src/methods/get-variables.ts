import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { activeflows } from '../store/activeflows.ts'

export const getVariables: Answer<typeof flowContract, 'getVariables'> = async (read, { id }) => {
  const { variables } = await activeflows.get(read, id)
  return { variables }
}
