import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { accesskeys } from '../store/accesskeys.ts'

export const deleteAccesskey: Answer<typeof customerContract, 'deleteAccesskey'> = async (tx, { id }) =>
  accesskeys.remove(tx, 'accesskey_deleted', await accesskeys.get(tx, id))
