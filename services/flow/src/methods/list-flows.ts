import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { flows } from '../store/flows.ts'

export const listFlows: Answer<typeof flowContract, 'listFlows'> = (read, page) => flows.list(read, page)
