import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { groupcalls } from '../store/groupcalls.ts'

export const listGroupcalls: Answer<CallContract, 'listGroupcalls'> = (read, page) => groupcalls.list(read, page)
