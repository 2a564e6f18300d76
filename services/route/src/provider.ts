import { invalidArgument } from '@voipbin/contracts/errors'
import type { Provider } from '@voipbin/contracts/route'
import { reservedHeaders } from '@voipbin/contracts/switch-legs'

/** RFC 3261 §7.3.3, and those of its extensions whose long form is reserved. */
const shortForms: ReadonlySet<string> = new Set(['c', 'e', 'f', 'i', 'k', 'l', 'm', 'o', 'r', 't', 'u', 'v', 'x', 'y'])
const isReserved = (name: string) => reservedHeaders.has(name) || shortForms.has(name)

/** @throws INVALID_ARGUMENT naming a header that is not the provider's to set */
export function checkHeaders(headers: Provider['tech_headers'] | undefined): void {
  const taken = Object.keys(headers ?? {}).find((name) => isReserved(name.toLowerCase()))
  if (taken === undefined) return
  const rule = `"${taken}" is a header that SIP sets itself`
  throw invalidArgument(`Cannot save the provider: field "tech_headers": ${rule}`, [{ field: 'tech_headers', rule }])
}

/** What a provider has before anybody says otherwise. */
export const newProvider: Pick<
  Provider,
  'tech_prefix' | 'tech_postfix' | 'tech_headers' | 'codecs' | 'metadata' | 'health_status' | 'health_checked_at'
> = {
  ...{ tech_prefix: '', tech_postfix: '', tech_headers: {}, codecs: '', metadata: null },
  ...{ health_status: 'unknown', health_checked_at: null },
}
