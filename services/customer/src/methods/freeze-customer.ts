import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { deletionDue, freeze, refuseFixed } from '../customer.ts'
import { deleteFrozen } from '../jobs/delete-frozen.ts'
import { customers } from '../store/customers.ts'

export const freezeCustomer: Answer<typeof customerContract, 'freezeCustomer'> = async (tx, { id }) => {
  const customer = await customers.get(tx, id)
  refuseFixed(customer)
  const frozen = await customers.update(tx, 'customer_frozen', customer, freeze(customer, tx.now))
  tx.schedule(deleteFrozen, id, deletionDue(tx.now), { customer_id: id })
  return frozen
}
