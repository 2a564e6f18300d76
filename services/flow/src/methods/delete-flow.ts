import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { flows } from '../store/flows.ts'

export const deleteFlow: Answer<typeof flowContract, 'deleteFlow'> = async (tx, { id }) =>
  flows.remove(tx, 'flow_deleted', await flows.get(tx, id))
