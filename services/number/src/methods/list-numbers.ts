import type { NumberContract } from '@voipbin/contracts/number'
import type { Answer } from '@voipbin/service-kit'
import { numbers } from '../store/numbers.ts'

export const listNumbers: Answer<NumberContract, 'listNumbers'> = (read, page) => numbers.list(read, page)
