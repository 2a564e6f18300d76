import { fixedCustomers } from '@voipbin/contracts/customer'
import { type Route, route, routeContract } from '@voipbin/contracts/route'
import { entityTable, type Read } from '@voipbin/sql'

export const routes = entityTable(routeContract, 'route_routes', route)

/** Far more than anybody has for one number. */
const MANY = 1000
/** `+` and at most 15 digits. */
const LONGEST_TARGET = 16

/** Every route of the customer's and of everybody's that a call to this number could take. */
export async function routesTo(read: Read, customerId: string, number: string): Promise<Route[]> {
  const targets = ['all', ...Array.from({ length: LONGEST_TARGET }, (_, last) => number.slice(0, last + 1))]
  const customers = [customerId, fixedCustomers.basicRoute]
  const text = `customer_id IN (?, ?) AND target IN (${targets.map(() => '?').join(', ')})`
  const page = { page_size: MANY, page_token: '' }
  return (await routes.list(read, page, {}, { text, values: [...customers, ...targets] })).result
}

export async function routesOver(read: Read, providerId: string, limit: number): Promise<Route[]> {
  return (await routes.list(read, { page_size: limit, page_token: '' }, { provider_id: providerId })).result
}
