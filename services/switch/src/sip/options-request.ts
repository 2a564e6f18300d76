import {
  callIdHeader,
  contactHeader,
  createRequest,
  cseqHeader,
  fromHeader,
  HeaderList,
  MAX_FORWARDS,
  maxForwardsHeader,
  nameAddr,
  Params,
  type SipRequest,
  type Target,
  toHeader,
  type Uri,
} from '@voipbin/sip'
import { SDP, USER_AGENT } from './capabilities.ts'
import { contactFor } from './contacts.ts'
import type { SipParts } from './sip-parts.ts'

/** A question outside of any dialog: are you there? (RFC 3261 §11.1) */
export function buildOptions({ transport, newToken }: Pick<SipParts, 'transport' | 'newToken'>, uri: Uri, target: Target): SipRequest {
  const contact = contactFor(transport, target)
  const headers = new HeaderList()
  headers
    .set(maxForwardsHeader, MAX_FORWARDS)
    .set(fromHeader, nameAddr(contact.uri, Params.of({ tag: newToken() })))
    .set(toHeader, nameAddr(uri))
  headers.set(callIdHeader, newToken()).set(cseqHeader, { sequence: 1, method: 'OPTIONS' }).set(contactHeader, contact)
  headers.append('Accept', SDP).append('User-Agent', USER_AGENT)
  return createRequest('OPTIONS', uri, headers)
}
