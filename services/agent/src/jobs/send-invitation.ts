import { id } from '@voipbin/contracts/fields'
import { type Mailer, sendOrGiveUp } from '@voipbin/mail'
import { type JobHandler, job } from '@voipbin/service-kit'
import { z } from 'zod'
import { type AgentConfig, MAIL_HANDS } from '../config.ts'
import { invitationLetter } from '../letters.ts'
import { agents } from '../store/agents.ts'
import { issueLink } from '../store/password-tokens.ts'

export const sendInvitation = job('send_invitation', z.object({ agent_id: id() }), { hands: MAIL_HANDS })

export const sendInvitationHandler = (mailer: Mailer, { publicUrl }: AgentConfig): JobHandler =>
  sendInvitation.outside(async (ctx, { agent_id }) => {
    const link = await ctx.transaction(async (tx) => {
      const agent = await agents.find(tx, agent_id)
      return agent ? issueLink(tx, agent, publicUrl) : undefined
    })
    const refusal = link && (await sendOrGiveUp(mailer, invitationLetter(link.to, link.link)))
    if (refusal) ctx.log.warn('invitation refused', { agent_id, error: refusal })
  })
