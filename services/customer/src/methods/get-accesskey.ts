import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { accesskeys } from '../store/accesskeys.ts'

export const getAccesskey: Answer<typeof customerContract, 'getAccesskey'> = (read, { id }) => accesskeys.get(read, id)
