import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { routes } from '../store/routes.ts'

export const listRoutes: Answer<RouteContract, 'listRoutes'> = (read, { customer_id, ...page }) =>
  routes.list(read, page, customer_id === undefined ? {} : { customer_id })
