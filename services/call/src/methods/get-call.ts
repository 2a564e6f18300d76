import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { calls } from '../store/calls.ts'

export const getCall: Answer<CallContract, 'getCall'> = (read, { id }) => calls.get(read, id)
