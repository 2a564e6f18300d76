import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Whom the limits by address count, and what the log names. */
export type ClientAddress = (request: IncomingMessage) => string

/**
 * The socket's address; or what a trusted proxy says: `CF-Connecting-IP`, else the last address in `X-Forwarded-For` that is no
 * trusted proxy itself. Whoever is not trusted could write anything there.
 */
export function createClientAddress(isTrusted: (address: string) => boolean): ClientAddress {
  return (request) => {
    const peer = withoutMapping(request.socket.remoteAddress ?? '')
    if (!isTrusted(peer)) return peer
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
