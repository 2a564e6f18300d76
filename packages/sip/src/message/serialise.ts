import type { SipMessage } from './message.ts'
import { formatUri } from './uri.ts'

/** The octets of a message, Content-Length set to the body's (RFC 3261 §7, §20.14). */
export function serialise(message: SipMessage): Buffer {
  const { body } = message
  const head = `${formatStartLine(message)}\r\n${message.headers.format(body.length)}\r\n`
  const headOctets = Buffer.byteLength(head, 'utf8')
  const octets = Buffer.allocUnsafe(headOctets + body.length)
  octets.write(head, 0, headOctets === head.length ? 'latin1' : 'utf8')
  octets.set(body, headOctets)
  return octets
}

export function formatStartLine(message: SipMessage): string {
  if (message.kind === 'request') return `${message.method} ${formatUri(message.uri)} SIP/2.0`
  return `SIP/2.0 ${message.status} ${message.reason.replace(/[\r\n]+/g, ' ')}`
}
