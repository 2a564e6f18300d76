import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { routes } from '../store/routes.ts'

export const deleteRoute: Answer<RouteContract, 'deleteRoute'> = async (tx, { id }) =>
  routes.remove(tx, 'route_deleted', await routes.get(tx, id))
