import type { Contract } from '@voipbin/contracts/contract'
import type { Health } from '@voipbin/service-kit'

export type RouteParts = { readonly health: () => Promise<Health>; readonly contracts: readonly Contract[] }
export type RouteAnswer = { readonly status: number; readonly body: unknown }
/** A public route outside every API table: open to strangers, answered with JSON. */
export type Route = (parts: RouteParts) => RouteAnswer | Promise<RouteAnswer>
