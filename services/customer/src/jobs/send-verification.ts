import { id } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import { type Mailer, sendOrGiveUp } from '@voipbin/mail'
import { type JobHandler, job } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { z } from 'zod'
import { type CustomerConfig, MAIL_HANDS } from '../config.ts'
import { VERIFICATION_MS } from '../customer.ts'
import { verificationLetter } from '../letters.ts'
import { customers } from '../store/customers.ts'
import { emailTokens } from '../store/email-tokens.ts'
import { expireSignup } from './expire-signup.ts'

export const sendVerification = job('send_verification', z.object({ customer_id: id() }), { hands: MAIL_HANDS })

/** Links that open at one time, so also mails an hour. */
const MAX_LINKS = 5

/** Makes the link and sends it. The token is in the mail and nowhere else; a try that failed leaves one that nobody knows. */
export const sendVerificationHandler = (mailer: Mailer, config: CustomerConfig): JobHandler =>
  sendVerification.outside(async (ctx, { customer_id }) => {
    const issued = await ctx.transaction((tx) => issue(tx, customer_id))
    if (!issued) return
    const { to, token, ip } = issued
    const link = new URL(`/auth/email-verify?token=${token}`, config.publicUrl).href
    const refusal = await sendOrGiveUp(mailer, verificationLetter({ to, link, ip }))
    if (refusal) ctx.log.warn('verification mail refused', { customer_id, error: refusal })
  })

/** The address is read in the transaction that makes the link, so that a link never verifies another one. */
async function issue(tx: Tx, customerId: string) {
  const customer = await customers.find(tx, customerId)
  if (!customer || customer.email === '' || customer.email_verified) return undefined
  if ((await emailTokens.count(tx, customerId)) >= MAX_LINKS) return undefined
  if (customer.status === 'initial')
    tx.schedule(expireSignup, customerId, addMilliseconds(tx.now, VERIFICATION_MS), { customer_id: customerId })
  return { to: customer.email, ip: customer.terms_agreed_ip, token: await emailTokens.issue(tx, customerId, VERIFICATION_MS) }
}
