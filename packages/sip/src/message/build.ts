import { toHeader } from './fields/name-addr.ts'
import { cseqHeader, maxForwardsHeader } from './fields/numbers.ts'
import { viaHeader } from './fields/via.ts'
import { HeaderList } from './header-list.ts'
import type { Malformed, SipRequest, SipResponse } from './message.ts'
import { reasonPhrase } from './reason-phrases.ts'
import type { Uri } from './uri.ts'

export const NO_BODY = new Uint8Array(0)
/** RFC 3261 §8.1.1.6 */
export const MAX_FORWARDS = 70

export function createRequest(method: string, uri: Uri, headers = new HeaderList(), body: Uint8Array = NO_BODY): SipRequest {
  return { kind: 'request', method, uri, headers, body }
}

export type ResponseOptions = {
  readonly reason?: string
  /** Added to To where the request brought none; 100 takes none (RFC 3261 §8.2.6.2). */
  readonly toTag?: string
  readonly body?: Uint8Array
}

/** A response with what it must copy from its request (RFC 3261 §8.2.6.2): Via, From, To, Call-ID, CSeq, and for 100 Timestamp. */
export function createResponse(request: SipRequest, status: number, options: ResponseOptions = {}): SipResponse {
  const headers = copyIdentity(request.headers)
  if (status === 100) headers.copyFrom(request.headers, 'Timestamp')
  if (options.toTag !== undefined && status !== 100) addToTag(headers, options.toTag)
  return { kind: 'response', status, reason: options.reason ?? reasonPhrase(status), headers, body: options.body ?? NO_BODY }
}

/** The answer to a request that is no good: what it must copy is copied as it came. Undefined when it cannot be answered. */
export function answerMalformed(received: Malformed, toTag: string): SipResponse | undefined {
  if (!received.canAnswer) return undefined
  const headers = copyIdentity(received.headers)
  addToTag(headers, toTag)
  const reason = received.status === 400 ? `Bad Request (${received.reason})` : reasonPhrase(received.status)
  return { kind: 'response', status: received.status, reason, headers, body: NO_BODY }
}

function copyIdentity(from: HeaderList): HeaderList {
  const headers = new HeaderList()
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) headers.copyFrom(from, name)
  return headers
}

function addToTag(headers: HeaderList, tag: string): void {
  const to = headers.one(toHeader)
  if (to && !to.params.has('tag')) headers.set(toHeader, { ...to, params: to.params.with('tag', tag) })
}

/** The ACK of a final response that is no success: within the transaction, on the branch of the INVITE (RFC 3261 §17.1.1.3). */
export function createAck(invite: SipRequest, response: SipResponse): SipRequest {
  const ack = createInSameTransaction(invite, 'ACK')
  ack.headers.setRaw('To', ...response.headers.rawAll('To').slice(0, 1))
  return ack
}

/** The CANCEL of a request (RFC 3261 §9.1): same Request-URI, Via, From, To, Call-ID, CSeq number and Route. */
export function createCancel(request: SipRequest): SipRequest {
  return createInSameTransaction(request, 'CANCEL')
}

function createInSameTransaction({ uri, headers: from }: SipRequest, method: string): SipRequest {
  const headers = new HeaderList()
  const via = from.one(viaHeader)
  const cseq = from.one(cseqHeader)
  if (via) headers.set(viaHeader, via)
  headers.set(maxForwardsHeader, MAX_FORWARDS)
  for (const name of ['Route', 'From', 'To', 'Call-ID']) headers.copyFrom(from, name)
  if (cseq) headers.set(cseqHeader, { sequence: cseq.sequence, method })
  return createRequest(method, uri, headers)
}
