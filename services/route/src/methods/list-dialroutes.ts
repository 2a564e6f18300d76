import type { Provider, RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import { dialrouteOver, orderProviders, usable } from '../dialroutes.ts'
import { providersOf } from '../store/providers.ts'
import { routesTo } from '../store/routes.ts'

export const listDialroutes: Answer<RouteContract, 'listDialroutes'> = async (read, { customer_id, number, provider_ids }) => {
  const chosen = provider_ids.length > 0
  const ids = chosen ? provider_ids : orderProviders(await routesTo(read, customer_id, number), customer_id)
  const providers = await inOrder(read, ids)
  return { dialroutes: (chosen ? providers : usable(providers)).map((provider) => dialrouteOver(provider, number)) }
}

/** Those that are there. */
async function inOrder(read: Read, ids: readonly string[]): Promise<Provider[]> {
  const found = new Map((await providersOf(read, ids)).map((provider) => [provider.id, provider]))
  return ids.map((id) => found.get(id)).filter((provider) => provider !== undefined)
}
