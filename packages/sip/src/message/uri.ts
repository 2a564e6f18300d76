import { formatSipUri, parseSipUri, type SipUri } from './sip-uri.ts'
import { formatTelUri, parseTelUri, type TelUri } from './tel-uri.ts'

/** A URI of a scheme that we do not look into. */
export type OtherUri = { readonly kind: 'other'; readonly scheme: string; readonly text: string }

export type Uri = SipUri | TelUri | OtherUri

/** Any URI that may stand in a SIP message (RFC 3261 §25.1, addr-spec); undefined when malformed. */
export function parseUri(text: string): Uri | undefined {
  const colon = text.indexOf(':')
  if (colon <= 0) return undefined
  const scheme = text.slice(0, colon).toLowerCase()
  if (scheme === 'sip' || scheme === 'sips') return parseSipUri(scheme, text.slice(colon + 1))
  if (scheme === 'tel') return parseTelUri(text.slice(colon + 1))
  const isUri = /^[a-z][a-z0-9+.-]*$/.test(scheme) && /^[\x21\x23-\x3b\x3d\x3f-\x7e]+$/.test(text)
  return isUri ? { kind: 'other', scheme, text } : undefined
}

export function formatUri(uri: Uri): string {
  if (uri.kind === 'sip') return formatSipUri(uri)
  return uri.kind === 'tel' ? formatTelUri(uri) : uri.text
}
