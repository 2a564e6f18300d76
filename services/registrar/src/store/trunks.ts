import { registrarContract, type Trunk, trunk } from '@voipbin/contracts/registrar'
import { type EntityTable, entityTable, type Read, type Tx } from '@voipbin/sql'

const table = entityTable(registrarContract, 'registrar_trunks', trunk)

/** With a trunk go its addresses and its password. */
const remove: EntityTable<typeof registrarContract, Trunk>['remove'] = async (tx, event, row, changes) => {
  await saveAddresses(tx, row.id, [])
  return table.remove(tx, event, row, { ...changes, ha1_md5: '', ha1_sha256: '' })
}

export const trunks = { ...table, remove }

/** The addresses that a trunk is known by, for finding it: its own row says the same. */
export async function saveAddresses({ connection }: Tx, trunkId: string, addresses: readonly string[]): Promise<void> {
  await connection.run('DELETE FROM registrar_trunk_addresses WHERE trunk_id = ?', [trunkId])
  for (const address of addresses) {
    await connection.run('INSERT INTO registrar_trunk_addresses (address, trunk_id) VALUES (?, ?)', [address, trunkId])
  }
}

/** Two trunks of one address cannot be told apart by it: whose calls they are must then be said by the domain. */
export async function trunkByAddress(read: Read, address: string): Promise<Trunk | undefined> {
  const rows = await read.connection.all('SELECT trunk_id FROM registrar_trunk_addresses WHERE address = ? LIMIT 2', [address])
  return rows.length === 1 ? trunks.find(read, String(rows[0]?.['trunk_id'])) : undefined
}

export async function countTrunks({ connection }: Read, customerId: string): Promise<number> {
  const text = 'SELECT COUNT(*) AS number FROM registrar_trunks WHERE customer_id = ? AND tm_delete IS NULL'
  return Number((await connection.all(text, [customerId]))[0]?.['number'] ?? 0)
}
