import type { NumberContract } from '@voipbin/contracts/number'
import type { Answer } from '@voipbin/service-kit'
import { checkVirtual, newNumber } from '../number.ts'
import { insertNumber, numbers } from '../store/numbers.ts'

/** What the customer has made of the number since stays as it is. */
export const seedNumber: Answer<NumberContract, 'seedNumber'> = async (tx, fields) => {
  checkVirtual(fields.number)
  const held = await numbers.first(tx, { number: fields.number })
  if (held?.customer_id === fields.customer_id) return { number: held, created: false }
  const made = newNumber({ ...fields, detail: 'Made at the first start', provider_name: 'local' }, tx.now)
  return { number: await insertNumber(tx, made), created: true }
}
