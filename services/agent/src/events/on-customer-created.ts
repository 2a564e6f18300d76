import type { Customer } from '@voipbin/contracts/customer'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { permissions } from '@voipbin/contracts/permission'
import type { Tx } from '@voipbin/sql'
import { newAgent } from '../agent.ts'
import { sendInvitation } from '../jobs/send-invitation.ts'
import { sendUsernameTaken } from '../jobs/send-username-taken.ts'
import { agents } from '../store/agents.ts'

/** An operator answers for the address of a customer whom they made; a sign-up is not active yet. */
export const onCustomerCreated = (tx: Tx, { data }: EventEnvelope<Customer>): Promise<void> => makeFirstAdmin(tx, data)

/** A customer without any agent gets an admin whose username is the customer's address, and who sets a password by mail. */
export async function makeFirstAdmin(tx: Tx, { id, email, status }: Customer): Promise<void> {
  if (status !== 'active' || email === '' || (await agents.first(tx, { customer_id: id }))) return
  const username = email.toLowerCase()
  if (await agents.first(tx, { username })) return tx.schedule(sendUsernameTaken, username, tx.now, { email: username })
  const fields = { customer_id: id, username, permission: permissions.customerAdmin, detail: 'Made with the customer' }
  const agent = await agents.insert(tx, 'agent_created', newAgent(fields))
  tx.schedule(sendInvitation, agent.id, tx.now, { agent_id: agent.id })
}
