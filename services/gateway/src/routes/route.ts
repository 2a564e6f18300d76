import type { Contract } from '@voipbin/contracts/contract'
import type { Health } from '@voipbin/service-kit'

export type RouteParts = { readonly health: () => Promise<Health>; readonly contracts: readonly Contract[] }
/** `text` is JSON. */
export type RouteAnswer = { readonly status: number; readonly text: string }
/** A public route outside every API table, open to strangers: made once, answering often. */
export type Route = (parts: RouteParts) => () => RouteAnswer | Promise<RouteAnswer>
