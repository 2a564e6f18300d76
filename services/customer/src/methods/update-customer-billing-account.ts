import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { refuseFixed } from '../customer.ts'
import { customers } from '../store/customers.ts'

export const updateCustomerBillingAccount: Answer<typeof customerContract, 'updateCustomerBillingAccount'> = async (
  tx,
  { id, billing_account_id },
) => {
  const customer = await customers.get(tx, id)
  refuseFixed(customer)
  return customers.update(tx, 'customer_updated', customer, { billing_account_id })
}
