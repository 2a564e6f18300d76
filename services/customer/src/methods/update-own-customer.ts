import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { updateCustomer } from './update-customer.ts'

export const updateOwnCustomer: Answer<typeof customerContract, 'updateOwnCustomer'> = (tx, { customer_id, ...fields }) =>
  updateCustomer(tx, { id: customer_id, ...fields })
