import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { confbridges } from '../store/confbridges.ts'

export const getConfbridge: Answer<CallContract, 'getConfbridge'> = (read, { id }) => confbridges.get(read, id)
