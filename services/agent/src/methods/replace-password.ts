import type { agentContract } from '@voipbin/contracts/agent'
import { notFound } from '@voipbin/contracts/errors'
import type { Answer } from '@voipbin/service-kit'
import { newPassword } from '../agent.ts'
import type { Passwords } from '../passwords.ts'
import { agents, savePassword } from '../store/agents.ts'

export const replacePassword =
  (passwords: Passwords): Answer<typeof agentContract, 'replacePassword'> =>
  async (ctx, { username }) => {
    const password = newPassword()
    const password_hash = await passwords.hash(password)
    await ctx.transaction(async (tx) => {
      const agent = await agents.first(tx, { username })
      if (!agent) throw notFound('agent', username)
      await savePassword(tx, agent, password_hash)
    })
    return { username, password }
  }
