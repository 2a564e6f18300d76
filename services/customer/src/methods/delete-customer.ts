import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { anonymise, refuseFixed } from '../customer.ts'
import { customers } from '../store/customers.ts'

/** Every service hears of it and deletes what it has of this customer. */
export const deleteCustomer: Answer<typeof customerContract, 'deleteCustomer'> = async (tx, { id }) => {
  const customer = await customers.get(tx, id)
  refuseFixed(customer)
  return customers.remove(tx, 'customer_deleted', customer, anonymise('deleted'))
}
