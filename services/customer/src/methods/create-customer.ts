import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { emailTaken, newCustomer } from '../customer.ts'
import { customers } from '../store/customers.ts'

/** Made by an operator, who answers for the address: it counts as taken from the start. */
export const createCustomer: Answer<typeof customerContract, 'createCustomer'> = async (tx, fields) => {
  const email_claim = fields.email === '' ? null : fields.email
  if (email_claim !== null && (await customers.first(tx, { email_claim }))) throw emailTaken(email_claim)
  return customers.insert(tx, 'customer_created', newCustomer({ ...fields, id: tx.newId(), status: 'active', email_claim }))
}
