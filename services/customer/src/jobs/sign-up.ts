import { createHash } from 'node:crypto'
import { accesskey, customer } from '@voipbin/contracts/customer'
import { addMilliseconds } from '@voipbin/contracts/time'
import { type Job, type JobHandler, job, type Kit, type Settings } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'
import { newCustomer, VERIFICATION_MS } from '../customer.ts'
import { accesskeys } from '../store/accesskeys.ts'
import { customers } from '../store/customers.ts'
import { expireSignup } from './expire-signup.ts'
import { sendAccountExists } from './send-account-exists.ts'
import { sendVerification } from './send-verification.ts'

const chosen = customer
  .pick({ id: true, name: true, detail: true, email: true, phone_number: true, address: true, webhook_method: true, webhook_uri: true })
  .extend(customer.pick({ terms_agreed_version: true, terms_agreed_ip: true }).shape)
const key = accesskey.pick({ id: true, name: true, detail: true, token_prefix: true, token_hash: true, tm_expire: true })
const wish = z.object({ customer: chosen, accesskey: key })
export type Signup = z.output<typeof wish>

export const signUpLater: Job<typeof wish> = job('sign_up', wish)

/** Mails that an hour of sign-ups may cause to one address, lest a stranger flood it. */
const SIGNUPS_AN_HOUR = 5
const HOUR_MS = 3_600_000

/** What the answer to a sign-up could not wait for, because it must not tell: whether the address has an account. */
export const signUpHandler = ({ cache }: Pick<Kit<Settings>, 'cache'>): JobHandler =>
  signUpLater.outside(async ({ log }, signup) => {
    const { email } = signup.customer
    const tries = await cache.increment(`customer:signups:${createHash('sha256').update(email).digest('hex')}`, HOUR_MS).catch(() => 0)
    if (tries > SIGNUPS_AN_HOUR) return log.warn('sign-up dropped: too many for one address', { customer_id: signup.customer.id })
    return (tx) => signUp(tx, signup)
  })

async function signUp(tx: Tx, { customer: fields, accesskey: newKey }: Signup): Promise<void> {
  const { id, email } = fields
  if (await customers.first(tx, { email_claim: email })) {
    tx.schedule(sendAccountExists, email, tx.now, { email })
    return
  }
  await customers.insert(tx, 'customer_created', newCustomer({ ...fields, status: 'initial' }))
  await accesskeys.insert(tx, 'accesskey_created', { ...newKey, customer_id: id })
  tx.schedule(expireSignup, id, addMilliseconds(tx.now, VERIFICATION_MS), { customer_id: id })
  tx.schedule(sendVerification, id, tx.now, { customer_id: id })
}
