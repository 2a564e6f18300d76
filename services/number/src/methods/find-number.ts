import type { NumberContract } from '@voipbin/contracts/number'
import type { Answer } from '@voipbin/service-kit'
import { isVirtual, normalNumber } from '../number.ts'
import { numbers } from '../store/numbers.ts'

/** One look into one index; it is asked for every call. */
export const findNumber: Answer<NumberContract, 'findNumber'> = async (read, { number: asked }) => {
  const found = await numbers.first(read, { number: normalNumber(asked) })
  if (!found) return { number: null }
  const { id, customer_id, number, call_flow_id } = found
  return { number: { id, customer_id, number, call_flow_id, is_virtual: isVirtual(number) } }
}
