import { reservedHeaders, type sipLeg } from '@voipbin/contracts/switch-legs'
import {
  callIdHeader,
  contactHeader,
  createRequest,
  cseqHeader,
  escapeText,
  fromHeader,
  HeaderList,
  headerKey,
  MAX_FORWARDS,
  maxForwardsHeader,
  type NameAddr,
  nameAddr,
  Params,
  pAssertedIdentityHeader,
  parseUri,
  type SipRequest,
  type SipUri,
  sipUri,
  toHeader,
  type Uri,
  USER,
} from '@voipbin/sip'
import type { z } from 'zod'
import { allowed, SDP, USER_AGENT } from './capabilities.ts'

export type SipLeg = z.output<typeof sipLeg>

export type InviteOptions = {
  readonly leg: SipLeg
  readonly uri: Uri
  readonly callId: string
  readonly fromTag: string
  readonly sequence: number
  readonly contact: NameAddr
  readonly body: Uint8Array
}

/** An INVITE for a leg (RFC 3261 §13.2.1). */
export function buildInvite({ leg, uri, callId, fromTag, sequence, contact, body }: InviteOptions): SipRequest {
  const headers = new HeaderList()
  const host = leg.from_domain || (contact.uri.kind === 'sip' ? contact.uri.host : '')
  headers
    .set(maxForwardsHeader, MAX_FORWARDS)
    .set(fromHeader, fromOf(leg, host, fromTag))
    .set(toHeader, nameAddr(withoutParams(uri)))
  headers.set(callIdHeader, callId).set(cseqHeader, { sequence, method: 'INVITE' }).set(contactHeader, contact)
  headers.append('Allow', allowed).append('User-Agent', USER_AGENT)
  if (leg.from.is_anonymous) {
    // Whom it is from is said to those who are trusted, and to be kept from others (RFC 3325 §5, §9.3).
    if (leg.is_trusted) headers.set(pAssertedIdentityHeader, nameAddr(userUri(leg, host), Params.none, leg.from.display_name))
    headers.append('Privacy', 'id')
  }
  for (const { name, value } of leg.headers) headers.append(name, value)
  headers.append('Content-Type', SDP)
  return createRequest('INVITE', uri, headers, body)
}

const userUri = ({ from }: SipLeg, host: string): SipUri => sipUri({ host, ...(from.user && { user: escapeText(from.user, USER) }) })

/** RFC 3323 §4.1.1.3 for the anonymous one. */
function fromOf(leg: SipLeg, host: string, tag: string): NameAddr {
  const params = Params.of({ tag })
  if (leg.from.is_anonymous) return nameAddr(sipUri({ user: 'anonymous', host: 'anonymous.invalid' }), params, 'Anonymous')
  return nameAddr(userUri(leg, host), params, leg.from.display_name)
}

/** To names whom we mean, not how to get there. */
function withoutParams(uri: Uri): Uri {
  return uri.kind === 'sip' ? sipUri({ scheme: uri.scheme, user: uri.user, host: uri.host, port: uri.port }) : uri
}

/** Why a leg cannot be dialled as asked; undefined where it can. */
export function ruleAgainst(leg: SipLeg): string | undefined {
  const destination = parseUri(leg.destination)
  if (destination?.kind !== 'sip' || destination.scheme !== 'sip') return 'DESTINATION_NOT_SIP'
  if (leg.proxy !== '' && parseUri(leg.proxy)?.kind !== 'sip') return 'PROXY_NOT_SIP'
  if (leg.from_domain !== '' && parseUri(`sip:${leg.from_domain}`)?.kind !== 'sip') return 'FROM_DOMAIN_NOT_A_HOST'
  return leg.headers.some(({ name }) => reservedHeaders.has(headerKey(name))) ? 'HEADER_NOT_ALLOWED' : undefined
}
