import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { changeEmail, refuseFixed } from '../customer.ts'
import { sendVerification } from '../jobs/send-verification.ts'
import { customers } from '../store/customers.ts'
import { emailTokens } from '../store/email-tokens.ts'

/** A new e-mail address has to be verified; links that were sent to the old one open nothing any more. */
export const updateCustomer: Answer<typeof customerContract, 'updateCustomer'> = async (tx, { id, ...fields }) => {
  const customer = await customers.get(tx, id)
  refuseFixed(customer)
  const proofs = changeEmail(customer, fields.email)
  const updated = await customers.update(tx, 'customer_updated', customer, { ...fields, ...proofs })
  if (updated.email !== customer.email) {
    await emailTokens.forget(tx, id)
    tx.schedule(sendVerification, id, tx.now, { customer_id: id })
  }
  return updated
}
