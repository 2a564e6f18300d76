import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { updateCustomerBillingAccount } from './update-customer-billing-account.ts'

export const updateOwnBillingAccount: Answer<typeof customerContract, 'updateOwnBillingAccount'> = (tx, { customer_id, ...fields }) =>
  updateCustomerBillingAccount(tx, { id: customer_id, ...fields })
