import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { activeflows } from '../store/activeflows.ts'

export const getActiveflow: Answer<typeof flowContract, 'getActiveflow'> = (read, { id }) => activeflows.get(read, id)
