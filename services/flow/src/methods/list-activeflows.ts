import type { flowContract } from '@voipbin/contracts/flow'
import type { Answer } from '@voipbin/service-kit'
import { activeflows } from '../store/activeflows.ts'

export const listActiveflows: Answer<typeof flowContract, 'listActiveflows'> = (read, page) => activeflows.list(read, page)
