import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { recover } from '../customer.ts'
import { deleteFrozen } from '../jobs/delete-frozen.ts'
import { customers } from '../store/customers.ts'

export const recoverCustomer: Answer<typeof customerContract, 'recoverCustomer'> = async (tx, { id }) => {
  const customer = await customers.get(tx, id)
  const recovered = await customers.update(tx, 'customer_recovered', customer, recover(customer))
  tx.unschedule(deleteFrozen, id)
  return recovered
}
