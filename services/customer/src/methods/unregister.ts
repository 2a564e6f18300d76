import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { deleteCustomer } from './delete-customer.ts'
import { freezeCustomer } from './freeze-customer.ts'

export const unregister: Answer<typeof customerContract, 'unregister'> = (tx, { customer_id, immediate }) =>
  immediate ? deleteCustomer(tx, { id: customer_id }) : freezeCustomer(tx, { id: customer_id })
