import { type Agent, agent, agentContract } from '@voipbin/contracts/agent'
import type { PageOfCustomer } from '@voipbin/contracts/page'
import { permissions } from '@voipbin/contracts/permission'
import { type EntityTable, entityTable, type Read, type Tx, type Where } from '@voipbin/sql'
import { adminBits, lastAdmin } from '../agent.ts'
import { releaseAddresses } from './agent-addresses.ts'
import { passwordTokens } from './password-tokens.ts'

const table = entityTable(agentContract, 'agent_agents', agent)

/** With an agent go its addresses, its links and its password. */
const remove: EntityTable<typeof agentContract, Agent>['remove'] = async (tx, event, row, changes) => {
  await releaseAddresses(tx, row.id)
  await passwordTokens.forget(tx, row.id)
  return table.remove(tx, event, row, { ...changes, password_hash: '' })
}

export const agents = { ...table, remove }

/** Those with any of the tags. Tag ids are whole words of the column's JSON. */
export function listWithTags(read: Read, page: PageOfCustomer, where: Where<Agent>, tagIds: readonly string[]) {
  if (tagIds.length === 0) return agents.list(read, page, where)
  const text = tagIds.map(() => 'tag_ids LIKE ?').join(' OR ')
  return agents.list(read, page, where, { text, values: tagIds.map((id) => `%"${id}"%`) })
}

/** Links that were sent for the old one open nothing any more. */
export async function savePassword(tx: Tx, row: Agent, password_hash: string): Promise<Agent> {
  await passwordTokens.forget(tx, row.id)
  return agents.update(tx, 'agent_updated', row, { password_hash, tm_password: tx.now })
}

/**
 * Of each customer, and of the project, somebody must be left who can manage it when this agent has `permission` only.
 * @throws LAST_ADMIN
 */
export async function keepAnAdmin(tx: Tx, row: Agent, permission: number): Promise<void> {
  const loses = (bits: number) => (row.permission & bits) !== 0 && (permission & bits) === 0
  if (loses(adminBits) && !(await hasOther(tx, row, adminBits, row.customer_id))) throw lastAdmin('its customer')
  if (loses(permissions.projectSuperAdmin) && !(await hasOther(tx, row, permissions.projectSuperAdmin))) throw lastAdmin('the project')
}

/** The rows are locked, so that of two who go at once the second sees that it is the last. SQLite has one writer anyway. */
async function hasOther({ connection }: Tx, { id }: Agent, bits: number, customerId?: string): Promise<boolean> {
  const ofCustomer = customerId === undefined ? '' : ' AND customer_id = ?'
  const lock = connection.dialect === 'mysql' ? ' FOR UPDATE' : ''
  const text = `SELECT id FROM agent_agents WHERE tm_delete IS NULL AND (permission & ?) <> 0${ofCustomer} ORDER BY id${lock}`
  const rows = await connection.all(text, customerId === undefined ? [bits] : [bits, customerId])
  return rows.some((row) => row['id'] !== id)
}
