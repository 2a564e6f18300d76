import { GUEST_AGENT_ID } from '@voipbin/contracts/agent'
import { type Mailer, sendOrGiveUp } from '@voipbin/mail'
import { type JobHandler, job } from '@voipbin/service-kit'
import { z } from 'zod'
import { type AgentConfig, MAIL_HANDS } from '../config.ts'
import { resetLetter } from '../letters.ts'
import { agents } from '../store/agents.ts'
import { issueLink } from '../store/password-tokens.ts'

/** The name is looked up here, where nobody who asked can tell whether there is such an agent. */
export const sendReset = job('send_reset', z.object({ username: z.string() }), { hands: MAIL_HANDS })

export const sendResetHandler = (mailer: Mailer, { publicUrl }: AgentConfig): JobHandler =>
  sendReset.outside(async (ctx, { username }) => {
    const link = await ctx.transaction(async (tx) => {
      const agent = await agents.first(tx, { username })
      return agent && agent.id !== GUEST_AGENT_ID ? issueLink(tx, agent, publicUrl) : undefined
    })
    const refusal = link && (await sendOrGiveUp(mailer, resetLetter(link.to, link.link)))
    if (refusal) ctx.log.warn('reset mail refused', { error: refusal })
  })
