import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { refuseFixed } from '../customer.ts'
import { customers } from '../store/customers.ts'

export const updateCustomerMetadata: Answer<typeof customerContract, 'updateCustomerMetadata'> = async (tx, { id, ...metadata }) => {
  const customer = await customers.get(tx, id)
  refuseFixed(customer)
  return customers.update(tx, 'customer_updated', customer, { metadata })
}
