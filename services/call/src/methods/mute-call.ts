import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { setMute } from '../steer-call.ts'

export const muteCall: Answer<CallContract, 'muteCall'> = setMute(true)
