import { isIP } from 'node:net'
import { type Address, type Flow, isLoopback, isWildcard, type Protocol, type Target } from './flow.ts'
import type { LocalAddresses } from './local-addresses.ts'

/** An address that we listen on, and what we tell others that it is. */
export type ListenerOptions = {
  /** Named in flows and targets, and in logs. */
  readonly name: string
  readonly protocol: 'UDP' | 'TCP'
  /** An address of this machine, or `0.0.0.0` or `::` for all of a family. */
  readonly host: string
  /** 0 takes any. */
  readonly port: number
  /**
   * What Via and Contact say, as behind NAT with a public address. Without a host, the local address that routes to the peer; without a
   * port, that which is bound. Peers that it is hidden from are told as if there were none: in a network of ours, what the router has is
   * seldom reached from inside.
   */
  readonly advertised?: { readonly host?: string; readonly port?: number; readonly isHiddenFrom?: (peer: string) => boolean }
  /**
   * Whether answers over UDP always go to where the request came from (`asSource`), also for phones behind NAT that do not ask for it, or as
   * RFC 3581 says (`asAsked`, the default).
   */
  readonly replies?: 'asSource' | 'asAsked'
}

/** Sockets of one listener, as the transport sees them. */
export type Listener = {
  readonly options: ListenerOptions
  /** What is bound. */
  readonly local: Address
  close(): Promise<void>
}

/** Whether a listener can send to an address: same family; one bound to loopback reaches loopback only, and gets EINVAL elsewhere. */
export function reaches(listener: Listener, protocol: Protocol, host: string): boolean {
  const { host: bound } = listener.local
  if (listener.options.protocol !== protocol || isIP(bound) !== isIP(host)) return false
  return !isLoopback(bound) || isLoopback(host)
}

/** The listener for a target: that which it names or came by, else the one bound closest to it; of several the one that routes there. */
export function chooseListener<Each extends Listener>(
  listeners: readonly Each[],
  target: Target,
  addresses: LocalAddresses,
): Each | undefined {
  const name = target.flow?.listener ?? target.listener
  if (name !== undefined) return listeners.find(({ options }) => options.name === name && options.protocol === target.protocol)
  const usable = listeners.filter((listener) => reaches(listener, target.protocol, target.host))
  const close = usable.filter(({ local }) => isLoopback(local.host) === isLoopback(target.host) && !isWildcard(local.host))
  if (close.length < 2) return close[0] ?? usable[0]
  const source = addresses.towards(target.host)
  return close.find(({ local }) => local.host === source) ?? usable.find(({ local }) => isWildcard(local.host)) ?? close[0]
}

/** What Via and Contact say to a peer: the setting, else what is bound, else the local address that routes there. */
export function advertisedAddress(listener: Listener, peer: string, addresses: LocalAddresses): Address {
  const { advertised: given } = listener.options
  const { host, port } = listener.local
  const advertised = given?.isHiddenFrom?.(peer) ? undefined : given
  return { host: advertised?.host ?? (isWildcard(host) ? addresses.towards(peer) : host), port: advertised?.port ?? port }
}

export const flowOf = (listener: Listener, remote: Address, connection = 0): Flow => ({
  ...{ protocol: listener.options.protocol, listener: listener.options.name, local: listener.local, remote, connection },
})
