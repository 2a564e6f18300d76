import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { refuseFixed } from '../customer.ts'
import { customers } from '../store/customers.ts'

/** An operator has seen who they are, or not: only verified customers reach the outside. */
export const updateIdentityVerification: Answer<typeof customerContract, 'updateIdentityVerification'> = async (tx, { id, ...status }) => {
  const customer = await customers.get(tx, id)
  refuseFixed(customer)
  return customers.update(tx, 'customer_identity_verification_updated', customer, status)
}
