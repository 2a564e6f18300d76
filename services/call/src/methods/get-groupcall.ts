import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { groupcalls } from '../store/groupcalls.ts'

export const getGroupcall: Answer<CallContract, 'getGroupcall'> = (read, { id }) => groupcalls.get(read, id)
