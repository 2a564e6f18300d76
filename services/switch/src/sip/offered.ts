import type { offeredCall, sipHeader } from '@voipbin/contracts/switch-legs'
import {
  callIdOf,
  diversionHeader,
  formatUri,
  fromHeader,
  type NameAddr,
  pAssertedIdentityHeader,
  privacyHeader,
  type SipRequest,
  telNumber,
  type Uri,
  unescapeText,
} from '@voipbin/sip'
import type { z } from 'zod'
import type { Admitted } from '../admission/admission.ts'

export type Offered = z.output<typeof offeredCall>
type Where = Pick<Offered, 'node_id' | 'epoch' | 'id' | 'source' | 'transport'>

/** What `call` is told of an INVITE. What says who it is from, beside From, is believed from trunks only. */
export function offeredOf(request: SipRequest, admitted: Admitted, where: Where): Offered {
  const { headers } = request
  const from = headers.one(fromHeader)
  const isTrusted = admitted.identified_by === 'trunk_ip' || admitted.identified_by === 'trunk_digest'
  const asserted = isTrusted ? headers.all(pAssertedIdentityHeader)?.[0] : undefined
  const diversion = isTrusted ? headers.all(diversionHeader)?.[0] : undefined
  return {
    ...where,
    ...admitted,
    sip_call_id: toldCallId(request),
    ...{ destination_user: userOf(request.uri), destination_host: hostOf(request.uri) },
    ...{ from_user: userOf(from?.uri), from_name: clip(from?.displayName ?? ''), from_host: hostOf(from?.uri) },
    ...{ asserted_identity: identityOf(asserted), diversion: identityOf(diversion) },
    is_anonymous: isAnonymous(request, from),
    headers: customHeaders(request),
    has_offer: request.body.length > 0,
  }
}

const clip = (text: string): string => text.slice(0, 255)
/** As it is told of: a peer may make it as long as it likes. */
export const toldCallId = (request: SipRequest): string => clip(callIdOf(request))
const userOf = (uri: Uri | undefined): string =>
  clip(uri?.kind === 'sip' ? unescapeText(uri.user ?? '') : uri?.kind === 'tel' ? telNumber(uri) : '')
const hostOf = (uri: Uri | undefined): string => clip(uri?.kind === 'sip' ? uri.host : '')
const identityOf = (address: NameAddr | undefined): string => (address ? clip(userOf(address.uri) || formatUri(address.uri)) : '')

/** RFC 3323, RFC 3325 §7. */
function isAnonymous({ headers }: SipRequest, from: NameAddr | undefined): boolean {
  const privacy = headers.one(privacyHeader) ?? []
  const isWithheld = privacy.some((value) => value === 'id' || value === 'user' || value === 'header')
  return isWithheld || hostOf(from?.uri) === 'anonymous.invalid' || userOf(from?.uri).toLowerCase() === 'anonymous'
}

const MAX_HEADERS = 50

/** Headers of the customer's own: those that begin with X-. */
function customHeaders({ headers }: SipRequest): z.output<typeof sipHeader>[] {
  const custom: z.output<typeof sipHeader>[] = []
  for (const [name, value] of headers) {
    if (custom.length === MAX_HEADERS) break
    if (/^x-[a-z0-9-]{1,62}$/i.test(name) && value.length <= 1_024 && !value.includes('\0')) custom.push({ name, value })
  }
  return custom
}
