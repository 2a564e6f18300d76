import { isIP } from 'node:net'
import { specialUseOf } from '@voipbin/outbound'
import {
  type DnsPort,
  directTarget,
  nextHop,
  type Protocol,
  resolveUri,
  routeHeader,
  type SipRequest,
  type Target,
  type Uri,
  unbracketed,
} from '@voipbin/sip'
import type { Peer } from './sip-parts.ts'

/** What we have sockets for. */
const protocols: readonly Protocol[] = ['UDP', 'TCP']

/** Where a URI leads (RFC 3263); at once where no name has to be looked up. */
export function targetsOf(uri: Uri, dns: DnsPort): readonly Target[] | Promise<readonly Target[]> {
  const direct = directTarget(uri, protocols)
  return direct ? [direct] : resolveUri(uri, { dns, protocols })
}

/**
 * Where a request in a dialog goes: along its routes, else to the Contact. A phone behind NAT says an address that nobody else can reach, so
 * it is sent to where its own messages come from; a peer that opened a connection is answered on it as long as it stands.
 */
export function targetsInDialog(request: SipRequest, { target }: Peer, dns: DnsPort): readonly Target[] | Promise<readonly Target[]> {
  const hop = nextHop(request)
  const isRouted = request.headers.has(routeHeader.name)
  if (!isRouted && isBehindNat(hop, target)) return [target]
  const found = targetsOf(hop, dns)
  if (!target.flow || target.protocol === 'UDP') return fromSameSocket(found, target)
  const flow = target
  const withFlow = (targets: readonly Target[]) =>
    isRouted && !targets.some(({ host }) => host === flow.host) ? targets : [flow, ...targets]
  return Array.isArray(found) ? withFlow(found) : Promise.resolve(found).then(withFlow)
}

/** A peer hears us in a dialog from the address that it speaks to, of the several that we may have. */
function fromSameSocket(found: ReturnType<typeof targetsOf>, { host, listener }: Target): ReturnType<typeof targetsOf> {
  if (listener === undefined) return found
  const named = (targets: readonly Target[]) =>
    targets.map((each) => (each.protocol === 'UDP' && each.host === host ? { ...each, listener } : each))
  return 'then' in found ? found.then(named) : named(found)
}

/**
 * Its Contact is a private address, or a name that cannot be one, and its messages come from another network. Two private addresses of one
 * network are as they should be in a LAN.
 */
function isBehindNat(contact: Uri, source: Target): boolean {
  if (contact.kind !== 'sip') return true
  const host = unbracketed(contact.host)
  if (host.endsWith('.invalid')) return true
  if (isIP(host) === 0 || host === source.host || specialUseOf(host) === undefined) return false
  return specialUseOf(source.host) !== specialUseOf(host) || host.split('.')[0] !== source.host.split('.')[0]
}
