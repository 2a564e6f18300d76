import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { accesskeys } from '../store/accesskeys.ts'

export const updateAccesskey: Answer<typeof customerContract, 'updateAccesskey'> = async (tx, { id, ...fields }) =>
  accesskeys.update(tx, 'accesskey_updated', await accesskeys.get(tx, id), fields)
