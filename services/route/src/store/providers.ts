import { type Provider, provider, routeContract } from '@voipbin/contracts/route'
import { entityTable, type Read } from '@voipbin/sql'

export const providers = entityTable(routeContract, 'route_providers', provider)

export async function providersOf(read: Read, ids: readonly string[]): Promise<Provider[]> {
  if (ids.length === 0) return []
  const page = { page_size: ids.length, page_token: '' }
  return (await providers.list(read, page, {}, { text: `id IN (${ids.map(() => '?').join(', ')})`, values: [...ids] })).result
}
