import { createSocket, type SocketOptions } from 'node:dgram'
import { isIP, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isWildcard } from './flow.ts'

/** Finds the local address that routes to a peer. */
export type LocalAddresses = { towards(peer: string): string }

type Interface = { readonly family: string; readonly address: string; readonly internal: boolean; readonly cidr: string | null }

export type RoutedAddressesOptions = {
  readonly now?: () => number
  readonly list?: () => readonly Interface[]
  /** What the kernel would send from; undefined where it has no way there. */
  readonly ask?: (peer: string) => string | undefined
}

/** Asking the kernel takes as long as sending a request; routes seldom change. */
const KEPT_MS = 5_000
const MAX_KEPT = 4_096

/** The address that the kernel's routes say, also through a tunnel or of several interfaces; without a route, that of an interface. */
export class RoutedAddresses implements LocalAddresses {
  readonly #now: () => number
  readonly #list: () => readonly Interface[]
  readonly #ask: (peer: string) => string | undefined
  readonly #known = new Map<string, string>()
  #keptUntil = Number.NEGATIVE_INFINITY

  constructor({ now = () => performance.now(), list = listInterfaces, ask = askKernel }: RoutedAddressesOptions = {}) {
    this.#now = now
    this.#list = list
    this.#ask = ask
  }

  towards(peer: string): string {
    if (this.#now() >= this.#keptUntil || this.#known.size >= MAX_KEPT) {
      this.#known.clear()
      this.#keptUntil = this.#now() + KEPT_MS
    }
    const known = this.#known.get(peer)
    if (known !== undefined) return known
    const found = this.#ask(peer) ?? this.#ofInterface(peer)
    this.#known.set(peer, found)
    return found
  }

  /** The interface in whose network the peer is, else the first that is no loopback. */
  #ofInterface(peer: string): string {
    const family = isIP(peer) === 6 ? 'IPv6' : 'IPv4'
    const usable = this.#list().filter((each) => each.family === family && !each.address.startsWith('fe80:'))
    const neighbour = usable.find(({ cidr }) => cidr !== null && isInNetwork(peer, cidr))
    return (neighbour ?? usable.find(({ internal }) => !internal) ?? usable[0])?.address ?? (family === 'IPv6' ? '::1' : '127.0.0.1')
  }
}

const listInterfaces = (): readonly Interface[] => Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])

/** Nothing is looked up, so that binding and connecting are done when their calls return. */
const lookup: SocketOptions['lookup'] = (host, _options, found) => found(null, host, isIP(host))
/** Of nobody: a datagram socket that is connected sends nothing. */
const DISCARD_PORT = 9

/** Connects a socket, which chooses a route and so a source address, and sends nothing. */
export function askKernel(peer: string): string | undefined {
  if (isIP(peer) === 0) return undefined
  const socket = createSocket({ type: isIPv6(peer) ? 'udp6' : 'udp4', lookup })
  socket.on('error', () => {})
  try {
    socket.connect(DISCARD_PORT, peer)
    const { address } = socket.address()
    // Without a route it stays at all addresses.
    return isWildcard(address) ? undefined : address
  } catch {
    return undefined
  } finally {
    socket.close()
  }
}

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
