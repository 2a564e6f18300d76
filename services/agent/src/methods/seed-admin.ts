import type { agentContract } from '@voipbin/contracts/agent'
import { permissions } from '@voipbin/contracts/permission'
import type { Answer } from '@voipbin/service-kit'
import { newAgent, newPassword } from '../agent.ts'
import type { Passwords } from '../passwords.ts'
import { agents } from '../store/agents.ts'

const none = { username: '', password: '', created: false }

/** Looks before it hashes, because each start asks; and again in the transaction, because several may start at once. */
export const seedAdmin =
  (passwords: Passwords): Answer<typeof agentContract, 'seedAdmin'> =>
  async (ctx, { customer_id, username, password = newPassword() }) => {
    if (await agents.first(ctx.read(), {})) return none
    const password_hash = await passwords.hash(password)
    return ctx.transaction(async (tx) => {
      if (await agents.first(tx, {})) return none
      const fields = { customer_id, username, permission: permissions.all, name: 'Administrator', detail: 'Made at the first start' }
      await agents.insert(tx, 'agent_created', newAgent({ ...fields, password_hash, tm_password: tx.now }))
      return { username, password, created: true }
    })
  }
