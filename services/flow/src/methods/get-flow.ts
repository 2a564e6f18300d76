import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { flows } from '../store/flows.ts'

export const getFlow: Answer<typeof flowContract, 'getFlow'> = (read, { id }) => flows.get(read, id)
