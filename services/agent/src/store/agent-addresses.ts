import type { Address } from '@voipbin/contracts/address'
import type { Read, Tx } from '@voipbin/sql'
import { addressTaken } from '../agent.ts'

/** Whose an address is. The agents' own rows have them with names and in order; this table is for finding them, and for having each once. */
export async function ownerOf(
  read: Read,
  customerId: string,
  { type, target }: Pick<Address, 'type' | 'target'>,
): Promise<string | undefined> {
  const text = 'SELECT agent_id FROM agent_addresses WHERE customer_id = ? AND type = ? AND target = ?'
  const [row] = await read.connection.all(text, [customerId, type, target])
  return row && String(row['agent_id'])
}

type Owner = { readonly id: string; readonly customer_id: string }

/** @throws ADDRESS_TAKEN */
export async function claimAddresses(tx: Tx, { id, customer_id }: Owner, addresses: readonly Address[]): Promise<void> {
  await releaseAddresses(tx, id)
  const distinct = new Map(addresses.filter(({ target }) => target !== '').map((address) => [`${address.type} ${address.target}`, address]))
  for (const { type, target } of distinct.values()) {
    if (await ownerOf(tx, customer_id, { type, target })) throw addressTaken(type, target)
    const text = 'INSERT INTO agent_addresses (customer_id, type, target, agent_id) VALUES (?, ?, ?, ?)'
    await tx.connection.run(text, [customer_id, type, target, id])
  }
}

export async function releaseAddresses(tx: Tx, agentId: string): Promise<void> {
  await tx.connection.run('DELETE FROM agent_addresses WHERE agent_id = ?', [agentId])
}
