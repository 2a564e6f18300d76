import { type Provider, provider, routeContract } from '@voipbin/contracts/route'
import { entityTable, type NewRow, type Read, type Tx } from '@voipbin/sql'
import { checkProvider } from '../work.ts'

export const providers = entityTable(routeContract, 'route_providers', provider)

export async function providersOf(read: Read, ids: readonly string[]): Promise<Provider[]> {
  if (ids.length === 0) return []
  const page = { page_size: ids.length, page_token: '' }
  return (await providers.list(read, page, {}, { text: `id IN (${ids.map(() => '?').join(', ')})`, values: [...ids] })).result
}

/** It is asked at once whether it is there. */
export async function insertProvider(tx: Tx, fields: NewRow<Provider>): Promise<Provider> {
  const made = await providers.insert(tx, 'provider_created', fields)
  tx.schedule(checkProvider, made.id, tx.now, { provider_id: made.id })
  return made
}
