import type { IncomingMessage } from 'node:http'
import { type BlockList, isIP } from 'node:net'

/** Whom the limits by address count, and what the log names. */
export type ClientAddress = (request: IncomingMessage) => string

/**
 * The socket's address; or what a trusted proxy says: `CF-Connecting-IP`, else the last address in `X-Forwarded-For` that is no
 * trusted proxy itself. Whoever is not trusted could write anything there.
 */
export function createClientAddress(trusted: BlockList | undefined): ClientAddress {
  const isTrusted = (address: string) => isIP(address) !== 0 && trusted?.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') === true
  return (request) => {
    const peer = withoutMapping(request.socket.remoteAddress ?? '')
    if (!trusted || !isTrusted(peer)) return peer
    const named = request.headers['cf-connecting-ip']
    if (typeof named === 'string' && isIP(named) !== 0) return withoutMapping(named)
    const forwarded = String(request.headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((entry) => withoutMapping(entry.trim()))
    const client = forwarded.findLast((address) => isIP(address) !== 0 && !isTrusted(address))
    return client ?? peer
  }
}

/** IPv4 addresses as a dual-stack socket shows them. */
const withoutMapping = (address: string) => (address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address)

/** One household has a whole /64 of IPv6: it is counted as one. */
export function limitKeyOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const prefix = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${prefix.join(':')}::/64`
}
