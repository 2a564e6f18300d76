import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { checkProvider } from '../check-provider.ts'
import { routes } from '../store/routes.ts'

export const updateRoute: Answer<RouteContract, 'updateRoute'> = async (tx, { id, ...fields }) => {
  const route = await routes.get(tx, id)
  if (fields.provider_id !== undefined) await checkProvider(tx, fields.provider_id, 'save the route')
  return routes.update(tx, 'route_updated', route, fields)
}
