import type { NumberContract } from '@voipbin/contracts/number'
import type { Answer } from '@voipbin/service-kit'
import { checkVirtual, newNumber } from '../number.ts'
import { numbers } from '../store/numbers.ts'

/** What the customer has made of the number since stays as it is, and one that somebody has already is left to them. */
export const seedNumber: Answer<NumberContract, 'seedNumber'> = async (tx, { id, ...fields }) => {
  checkVirtual(fields.number)
  if ((await numbers.wasMade(tx, id)) || (await numbers.first(tx, { number: fields.number }))) return { created: false }
  const made = newNumber({ ...fields, detail: 'Made at the first start', provider_name: 'local' }, tx.now)
  // Where another replica is as far, its row makes this run again, and then it is seen.
  await numbers.insert(tx, 'number_created', { ...made, id })
  return { created: true }
}
