import { type Mailer, sendOrGiveUp } from '@voipbin/mail'
import { type JobHandler, job } from '@voipbin/service-kit'
import { z } from 'zod'
import { type CustomerConfig, MAIL_HANDS } from '../config.ts'
import { accountExistsLetter } from '../letters.ts'

export const sendAccountExists = job('send_account_exists', z.object({ email: z.string() }), { hands: MAIL_HANDS })

export const sendAccountExistsHandler = (mailer: Mailer, { publicUrl }: CustomerConfig): JobHandler =>
  sendAccountExists.outside(async ({ log }, { email }) => {
    const refusal = await sendOrGiveUp(mailer, accountExistsLetter(email, publicUrl))
    if (refusal) log.warn('mail about an existing account refused', { error: refusal })
  })
