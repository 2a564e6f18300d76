import { type Extension, extension, registrarContract } from '@voipbin/contracts/registrar'
import { type EntityTable, entityTable, type Read } from '@voipbin/sql'
import { dropBindings } from './bindings.ts'

const table = entityTable(registrarContract, 'registrar_extensions', extension)

/** With an extension go its bindings and its password. */
const remove: EntityTable<typeof registrarContract, Extension>['remove'] = async (tx, event, row, changes) => {
  await dropBindings(tx, row.id)
  return table.remove(tx, event, row, { ...changes, ha1_md5: '', ha1_sha256: '' })
}

export const extensions = { ...table, remove }

export async function countExtensions({ connection }: Read, customerId: string): Promise<number> {
  const text = 'SELECT COUNT(*) AS number FROM registrar_extensions WHERE customer_id = ? AND tm_delete IS NULL'
  return Number((await connection.all(text, [customerId]))[0]?.['number'] ?? 0)
}

/** The algorithms that phones of a customer are asked for. */
export async function algorithmsOf({ connection }: Read, customerId: string): Promise<Set<string>> {
  const text = `SELECT digest_algorithm FROM registrar_extensions
    WHERE customer_id = ? AND digest_algorithm = ? AND tm_delete IS NULL LIMIT 1`
  const found = await Promise.all(['MD5', 'SHA-256'].map((algorithm) => connection.all(text, [customerId, algorithm])))
  return new Set(found.flat().map((row) => String(row['digest_algorithm'])))
}
