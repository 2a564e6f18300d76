import { type Mailer, sendOrGiveUp } from '@voipbin/mail'
import { type JobHandler, job } from '@voipbin/service-kit'
import { z } from 'zod'
import { type AgentConfig, MAIL_HANDS } from '../config.ts'
import { usernameTakenLetter } from '../letters.ts'

export const sendUsernameTaken = job('send_username_taken', z.object({ email: z.string() }), { hands: MAIL_HANDS })

export const sendUsernameTakenHandler = (mailer: Mailer, { publicUrl }: AgentConfig): JobHandler =>
  sendUsernameTaken.outside(async ({ log }, { email }) => {
    const refusal = await sendOrGiveUp(mailer, usernameTakenLetter(email, publicUrl))
    if (refusal) log.warn('mail about a taken username refused', { error: refusal })
  })
