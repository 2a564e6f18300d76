import type { NumberContract } from '@voipbin/contracts/number'
import type { Answer } from '@voipbin/service-kit'
import { numbers } from '../store/numbers.ts'

export const deleteNumber: Answer<NumberContract, 'deleteNumber'> = async (tx, { id }) =>
  numbers.remove(tx, 'number_deleted', await numbers.get(tx, id))
