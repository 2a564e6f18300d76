import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { setHold } from '../steer-call.ts'

export const unholdCall: Answer<CallContract, 'unholdCall'> = setHold(false)
