import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Address, Flow, Protocol, Target } from './flow.ts'

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
   * port, that which is bound.
   */
  readonly advertised?: { readonly host?: string; readonly port?: number }
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

/** Whether an address means all addresses of its family. */
export const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::'
const isLoopback = (host: string): boolean => host === '::1' || host.startsWith('127.')

/** Whether a listener can send to an address: same family; one bound to loopback reaches loopback only, and gets EINVAL elsewhere. */
export function reaches(listener: Listener, protocol: Protocol, host: string): boolean {
  const { host: bound } = listener.local
  if (listener.options.protocol !== protocol || isIP(bound) !== isIP(host)) return false
  return !isLoopback(bound) || isLoopback(host)
}

/** The listener for a target: that which it names or came by, else the one bound closest to it. */
export function chooseListener<Each extends Listener>(listeners: readonly Each[], target: Target): Each | undefined {
  const name = target.flow?.listener ?? target.listener
  if (name !== undefined) return listeners.find(({ options }) => options.name === name && options.protocol === target.protocol)
  const usable = listeners.filter((listener) => reaches(listener, target.protocol, target.host))
  return usable.find(({ local }) => isLoopback(local.host) === isLoopback(target.host) && !isWildcard(local.host)) ?? usable[0]
}

/** What Via and Contact say to a peer: the setting, else what is bound, else the local address that routes there. */
export function advertisedAddress(listener: Listener, peer: string, addresses: LocalAddresses): Address {
  const { advertised } = listener.options
  const { host, port } = listener.local
  return { host: advertised?.host ?? (isWildcard(host) ? addresses.towards(peer) : host), port: advertised?.port ?? port }
}

/** Finds the local address that routes to a peer. */
export type LocalAddresses = { towards(peer: string): string }

type Interface = { readonly family: string; readonly address: string; readonly internal: boolean; readonly cidr: string | null }

/** Asking the kernel for its interfaces takes as long as sending a request; they seldom change. */
const INTERFACES_KEPT_MS = 5_000

/** Of the interfaces of this machine: the one in whose network the peer is, else the first that is no loopback. */
export class InterfaceAddresses implements LocalAddresses {
  readonly #now: () => number
  readonly #list: () => readonly Interface[]
  #interfaces: readonly Interface[] = []
  #keptUntil = Number.NEGATIVE_INFINITY

  constructor(now: () => number = () => performance.now(), list = listInterfaces) {
    this.#now = now
    this.#list = list
  }

  towards(peer: string): string {
    if (this.#now() >= this.#keptUntil) {
      this.#interfaces = this.#list()
      this.#keptUntil = this.#now() + INTERFACES_KEPT_MS
    }
    const family = isIP(peer) === 6 ? 'IPv6' : 'IPv4'
    const usable = this.#interfaces.filter((each) => each.family === family && !each.address.startsWith('fe80:'))
    const neighbour = usable.find(({ cidr }) => cidr !== null && isInNetwork(peer, cidr))
    return (neighbour ?? usable.find(({ internal }) => !internal) ?? usable[0])?.address ?? (family === 'IPv6' ? '::1' : '127.0.0.1')
  }
}

const listInterfaces = (): readonly Interface[] => Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])

/** Whether an address lies in a network such as `192.0.2.0/24` or `2001:db8::/64`. */
export function isInNetwork(host: string, cidr: string): boolean {
  const [network = '', bits = '0'] = cidr.split('/')
  const [one, other] = [addressBits(host), addressBits(network)]
  return one.length === other.length && one.slice(0, Number(bits)) === other.slice(0, Number(bits))
}

function addressBits(host: string): string {
  if (isIP(host) === 4)
    return host
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
  const [head = '', tail] = host.split('::')
  const groups = (text: string) => text.split(':').filter((group) => group !== '')
  const [first, last] = [groups(head), groups(tail ?? '')]
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('')
}

export const flowOf = (listener: Listener, remote: Address, connection = 0): Flow => ({
  ...{ protocol: listener.options.protocol, listener: listener.options.name, local: listener.local, remote, connection },
})
