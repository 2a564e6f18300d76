import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { customers } from '../store/customers.ts'

/** Every service hears of it and deletes what it has of this customer. */
export const deleteCustomer: Answer<typeof customerContract, 'deleteCustomer'> = async (tx, { id }) =>
  customers.remove(tx, 'customer_deleted', { ...(await customers.get(tx, id)), status: 'deleted' })
