import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { accesskeys } from '../store/accesskeys.ts'

export const listAccesskeys: Answer<typeof customerContract, 'listAccesskeys'> = (read, page) => accesskeys.list(read, page)
