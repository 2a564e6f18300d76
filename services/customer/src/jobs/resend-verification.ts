import { type JobHandler, job } from '@voipbin/service-kit'
import { z } from 'zod'
import { customers } from '../store/customers.ts'
import { sendVerification } from './send-verification.ts'

export const resendLater = job('resend_verification', z.object({ email: z.string() }))

/** The newest customer that waits for this address, if any: looked up here, where nobody who asked can tell. */
export const resendHandler: JobHandler = resendLater.inTx(async (tx, { email }) => {
  const waiting = await customers.first(tx, { email, email_verified: false })
  if (waiting) tx.schedule(sendVerification, waiting.id, tx.now, { customer_id: waiting.id })
})
