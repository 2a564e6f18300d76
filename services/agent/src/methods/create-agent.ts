import type { agentContract } from '@voipbin/contracts/agent'
import { type Answer, currentActor } from '@voipbin/service-kit'
import { cleanIds, newAgent, refuseAbove, usernameTaken } from '../agent.ts'
import type { Passwords } from '../passwords.ts'
import { claimAddresses } from '../store/agent-addresses.ts'
import { agents } from '../store/agents.ts'

export const createAgent =
  (passwords: Passwords): Answer<typeof agentContract, 'createAgent'> =>
  async (ctx, { password, ...fields }) => {
    refuseAbove(currentActor(), fields.permission)
    const password_hash = await passwords.hash(password)
    return ctx.transaction(async (tx) => {
      if (await agents.first(tx, { username: fields.username })) throw usernameTaken(fields.username)
      const agent = newAgent({ ...fields, tag_ids: cleanIds(fields.tag_ids), password_hash, tm_password: tx.now })
      const inserted = await agents.insert(tx, 'agent_created', agent)
      await claimAddresses(tx, inserted, inserted.addresses)
      return inserted
    })
  }
