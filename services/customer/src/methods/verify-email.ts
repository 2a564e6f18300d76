import type { customerContract } from '@voipbin/contracts/customer'
import { ServiceError } from '@voipbin/contracts/errors'
import type { Answer } from '@voipbin/service-kit'
import { emailTaken, verify } from '../customer.ts'
import { expireSignup } from '../jobs/expire-signup.ts'
import { customers } from '../store/customers.ts'
import { emailTokens } from '../store/email-tokens.ts'

/** Of several sign-ups with one address the first that is verified has it. */
export const verifyEmail: Answer<typeof customerContract, 'verifyEmail'> = async (tx, { token }) => {
  const id = await emailTokens.take(tx, token)
  const customer = id === undefined ? undefined : await customers.find(tx, id)
  if (!customer) throw new ServiceError('INVALID_ARGUMENT', 'INVALID_TOKEN', 'The link is unknown, too old, or was used already')
  const holder = await customers.first(tx, { email_claim: customer.email })
  if (holder && holder.id !== customer.id) throw emailTaken(customer.email)
  tx.unschedule(expireSignup, customer.id)
  return { customer: await customers.update(tx, 'customer_updated', customer, verify(customer)) }
}
