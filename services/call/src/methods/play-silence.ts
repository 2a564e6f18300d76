import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { setBackground } from '../steer-call.ts'

export const playSilence: Answer<CallContract, 'playSilence'> = setBackground('silence')
