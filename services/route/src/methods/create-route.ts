import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { checkProvider } from '../check-provider.ts'
import { routes } from '../store/routes.ts'

export const createRoute: Answer<RouteContract, 'createRoute'> = async (tx, fields) => {
  await checkProvider(tx, fields.provider_id, 'save the route')
  return routes.insert(tx, 'route_created', fields)
}
