import type { Dialroute } from '@voipbin/contracts/call-entities'
import type { Provider, Route } from '@voipbin/contracts/route'

/** How far a route is meant for this call: the customer's own before everybody's, the longer beginning before the shorter, all last. */
function rankOf({ customer_id, target }: Route, customerId: string): number {
  const ofOthers = customer_id === customerId ? 0 : 100
  return ofOthers + (target === 'all' ? 99 : 99 - target.length)
}

/** The providers of these routes, best first, each once. */
export function orderProviders(routes: readonly Route[], customerId: string): string[] {
  const byTime = (one: Route, other: Route) => (one.tm_create < other.tm_create ? -1 : 1)
  const sorted = routes.toSorted(
    (one, other) => rankOf(one, customerId) - rankOf(other, customerId) || one.priority - other.priority || byTime(one, other),
  )
  return [...new Set(sorted.map(({ provider_id }) => provider_id))]
}

/** Those that do not answer are passed over, unless there are no others: some carriers take calls and answer no OPTIONS. */
export function usable(providers: readonly Provider[]): readonly Provider[] {
  const healthy = providers.filter(({ health_status }) => health_status !== 'unhealthy')
  return healthy.length > 0 ? healthy : providers
}

/** The way to a number over a provider. */
export function dialrouteOver({ id, hostname, tech_prefix, tech_postfix, tech_headers, codecs }: Provider, number: string): Dialroute {
  return {
    ...{ id, proxy: '', flow: '', node_id: '' },
    destination: `sip:${escapeUser(`${tech_prefix}${number}${tech_postfix}`)}@${hostname};transport=udp`,
    codecs: codecs
      .split(',')
      .map((codec) => codec.trim())
      .filter((codec) => codec !== ''),
    headers: Object.entries(tech_headers).map(([name, value]) => ({ name, value })),
  }
}

/** `#` has no place in the user part of a SIP URI (RFC 3261 §25.1). */
const escapeUser = (user: string) => user.replaceAll('#', '%23')
