import type { agentContract } from '@voipbin/contracts/agent'
import type { Answer } from '@voipbin/service-kit'
import { invalidToken, refuseGuest } from '../agent.ts'
import type { Passwords } from '../passwords.ts'
import { agents, savePassword } from '../store/agents.ts'
import { passwordTokens } from '../store/password-tokens.ts'

/** A token that opens nothing costs no hash; one that does is taken in the transaction that saves the password. */
export const resetPassword =
  (passwords: Passwords): Answer<typeof agentContract, 'resetPassword'> =>
  async (ctx, { token, password }) => {
    if ((await passwordTokens.find(ctx.read(), token)) === undefined) throw invalidToken()
    const password_hash = await passwords.hash(password)
    await ctx.transaction(async (tx) => {
      const id = await passwordTokens.take(tx, token)
      const agent = id === undefined ? undefined : await agents.find(tx, id)
      if (!agent) throw invalidToken()
      refuseGuest(agent)
      await savePassword(tx, agent, password_hash)
    })
    return {}
  }
