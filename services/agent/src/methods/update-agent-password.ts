import type { Agent, agentContract } from '@voipbin/contracts/agent'
import { type Answer, currentActor } from '@voipbin/service-kit'
import { isSelf, refuseAbove, refuseGuest } from '../agent.ts'
import type { Passwords } from '../passwords.ts'
import { agents, savePassword } from '../store/agents.ts'

export const updateAgentPassword =
  (passwords: Passwords): Answer<typeof agentContract, 'updateAgentPassword'> =>
  async (ctx, { id, password }) => {
    refuse(await agents.get(ctx.read(), id))
    const password_hash = await passwords.hash(password)
    return ctx.transaction(async (tx) => {
      const agent = await agents.get(tx, id)
      refuse(agent)
      return savePassword(tx, agent, password_hash)
    })
  }

/** Whoever sets a password can sign in with it. */
function refuse(agent: Agent): void {
  refuseGuest(agent)
  const actor = currentActor()
  if (!isSelf(actor, agent)) refuseAbove(actor, agent.permission)
}
