import type { NumberContract } from '@voipbin/contracts/number'
import type { Answer } from '@voipbin/service-kit'
import { numbers } from '../store/numbers.ts'

export const getNumber: Answer<NumberContract, 'getNumber'> = (read, { id }) => numbers.get(read, id)
