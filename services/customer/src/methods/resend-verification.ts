import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { digest } from '@voipbin/sql'
import { resendLater } from '../jobs/resend-verification.ts'

/** Looks nothing up, so it tells nothing. */
export const resendVerification: Answer<typeof customerContract, 'resendVerification'> = async (tx, { email }) => {
  tx.schedule(resendLater, digest(email), tx.now, { email })
  return {}
}
