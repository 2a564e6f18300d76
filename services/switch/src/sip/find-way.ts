import { parseUri, type Target, type Uri } from '@voipbin/sip'
import type { SipLeg } from './invite.ts'
import { targetsOf } from './next-hop.ts'
import { addressOfSource, type Reach } from './reach.ts'
import type { SipParts } from './sip-parts.ts'
import { withoutHosts } from './without-hosts.ts'

/** Why a leg is dialled nowhere, though it leads somewhere. */
export const forbidden = {
  DESTINATION_NOT_PUBLIC: 'the destination is not on the public Internet',
  DESTINATION_IS_CARRIER: 'the destination is a carrier',
} as const
export type ForbiddenBy = keyof typeof forbidden

export type Way = { readonly targets: readonly Target[]; readonly forbiddenBy?: ForbiddenBy }

export type Asked = {
  readonly leg: SipLeg
  /** Request-URI as it is now, after redirections. */
  readonly uri: Uri | undefined
  readonly parts: Pick<SipParts, 'dns' | 'steadyDns'>
  /** Along the flow of a registration. */
  readonly flowTarget: Target | undefined
  readonly mayReach: Reach
}

/** Where a leg leads: of all that its URI stands for, what is not forbidden. */
export async function findWay({ leg, uri: requestUri, parts, flowTarget, mayReach }: Asked): Promise<Way> {
  // A registered phone is where it registered from.
  if (flowTarget) return { targets: [flowTarget] }
  const uri = leg.proxy === '' ? requestUri : parseUri(leg.proxy)
  const found = uri ? await targetsOf(uri, parts.dns) : []
  if (!uri || found.length === 0) return { targets: found }
  const reachable = leg.is_trusted ? found : found.filter((target) => target.host === registeredAt(leg) || mayReach(uri, target))
  if (reachable.length === 0) return { targets: [], forbiddenBy: 'DESTINATION_NOT_PUBLIC' }
  const targets = leg.avoid.length === 0 ? reachable : await withoutHosts(reachable, leg.avoid, parts.steadyDns)
  return targets.length === 0 ? { targets, forbiddenBy: 'DESTINATION_IS_CARRIER' } : { targets }
}

const registeredAt = ({ registered_at }: SipLeg): string => addressOfSource(registered_at)
