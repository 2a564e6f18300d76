import { invalidArgument } from '@voipbin/contracts/errors'
import type { Provider } from '@voipbin/contracts/route'

/** Headers that SIP makes itself, or by which a call says who it is (RFC 3261 §20, RFC 3325). */
const ours: ReadonlySet<string> = new Set([
  ...['accept', 'allow', 'authorization', 'call-id', 'contact', 'content-disposition', 'content-encoding', 'content-length'],
  ...['content-type', 'cseq', 'date', 'expires', 'from', 'max-forwards', 'min-se', 'p-asserted-identity', 'privacy', 'proxy-authorization'],
  ...['proxy-require', 'rack', 'reason', 'record-route', 'replaces', 'require', 'route', 'rseq', 'session-expires', 'supported', 'to'],
  ...['unsupported', 'user-agent', 'via'],
  // Short forms.
  ...['c', 'e', 'f', 'i', 'k', 'l', 'm', 's', 't', 'v', 'x'],
])

/** @throws INVALID_ARGUMENT naming a header that is not the provider's to set */
export function checkHeaders(headers: Provider['tech_headers'] | undefined): void {
  const taken = Object.keys(headers ?? {}).find((name) => ours.has(name.toLowerCase()))
  if (taken === undefined) return
  const rule = `"${taken}" is a header that SIP sets itself`
  throw invalidArgument(`Cannot save the provider: field "tech_headers": ${rule}`, [{ field: 'tech_headers', rule }])
}
