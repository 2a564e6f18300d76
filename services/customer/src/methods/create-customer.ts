import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { customers } from '../store/customers.ts'

/** A customer owns itself: its `customer_id` is its `id`. */
export const createCustomer: Answer<typeof customerContract, 'createCustomer'> = (tx, fields) => {
  const id = tx.newId()
  return customers.insert(tx, 'customer_created', { ...fields, id, customer_id: id, status: 'active' })
}
