import {
  diversionHeader,
  formatUri,
  fromHeader,
  type NameAddr,
  pAssertedIdentityHeader,
  privacyHeader,
  type SipRequest,
  telNumber,
} from '@voipbin/sip'

/** What a request says of who calls, as far as it is believed. */
export type Caller = {
  /** User part or number of From. */
  readonly user: string
  readonly name: string
  readonly host: string
  /** P-Asserted-Identity as a URI; empty unless it comes from a trunk (RFC 3325 §7). */
  readonly assertedIdentity: string
  /** The last diverting party as a URI; empty unless it comes from a trunk. */
  readonly diversion: string
  /** Whoever calls does not want to be shown (RFC 3323 §4). */
  readonly isAnonymous: boolean
}

/** @param isTrusted whether a trunk sent it; anybody else could write whom they like */
export function readCaller({ headers }: SipRequest, isTrusted: boolean): Caller {
  const from = headers.one(fromHeader)
  const privacy = headers.one(privacyHeader) ?? []
  const host = from?.uri.kind === 'sip' ? from.uri.host : ''
  const user = userOf(from)
  return {
    user,
    name: from?.displayName.slice(0, MAX_TEXT) ?? '',
    host: host.slice(0, MAX_TEXT),
    assertedIdentity: isTrusted ? uriText(headers.one(pAssertedIdentityHeader)) : '',
    diversion: isTrusted ? uriText(headers.one(diversionHeader)) : '',
    isAnonymous: privacy.some((value) => value === 'id' || value === 'user') || user === 'anonymous' || host === 'anonymous.invalid',
  }
}

/** What the contract takes. */
const MAX_TEXT = 255

function userOf(from: NameAddr | undefined): string {
  if (from?.uri.kind === 'tel') return telNumber(from.uri).slice(0, MAX_TEXT)
  return from?.uri.kind === 'sip' ? (from.uri.user ?? '').slice(0, MAX_TEXT) : ''
}

/** Too long a one is nobody's identity. */
function uriText(value: NameAddr | undefined): string {
  const text = value ? formatUri(value.uri) : ''
  return text.length <= MAX_TEXT ? text : ''
}
