import { fromHeader, tagOf, toHeader } from '../message/fields/name-addr.ts'
import { branchOf, type Via } from '../message/fields/via.ts'
import { callIdOf, fromTagOf, methodOf, type SipMessage, type SipRequest, sequenceOf, topViaOf } from '../message/message.ts'
import { formatUri } from '../message/uri.ts'

/** The client transaction that a response answers: branch and CSeq method (RFC 3261 §17.1.3). */
export function clientKey(branch: string, method: string): string {
  return flat(branch, method)
}

/**
 * Words of a key. `join` makes one flat string: a template makes a rope of slices, which would keep the whole message alive for as long as
 * the transaction.
 */
const flat = (...words: readonly (string | number)[]): string => words.join(' ')

export function clientKeyOf(response: SipMessage): string | undefined {
  const branch = topViaOf(response)?.params.get('branch')
  return branch && clientKey(branch, methodOf(response))
}

/**
 * The server transaction that a request belongs to (RFC 3261 §17.2.3): branch, sent-by and method, ACK counting as INVITE. Without a
 * branch of RFC 3261: Request-URI, From tag, Call-ID, CSeq number and the whole top Via. The To tag, which for an ACK is that of our
 * response, is compared by `isAckOf`.
 */
export function serverKeyOf(request: SipRequest, method = request.method === 'ACK' ? 'INVITE' : request.method): string | undefined {
  const via = topViaOf(request)
  if (!via) return undefined
  return serverKeyOfVia(via, method) ?? oldStyleKey(request, via, method)
}

/** The same by its top Via, which is enough where the branch is one of RFC 3261. */
export function serverKeyOfVia(via: Via, method: string): string | undefined {
  const branch = branchOf(via)
  return branch && flat(branch, sentBy(via), method)
}

const sentBy = ({ host, port }: Via): string => (port === undefined ? host : `${host}:${port}`)

function oldStyleKey(request: SipRequest, via: Via, method: string): string {
  // received and rport are ours, and the same on every repeat; the rest of the Via is the sender's.
  const parts = [formatUri(request.uri), fromTagOf(request) ?? '', callIdOf(request), sequenceOf(request), method]
  return `2543 ${JSON.stringify([...parts, via.transport, sentBy(via), via.params.get('branch') ?? ''])}`
}

/** Whether an ACK that has the key of an INVITE acknowledges a response to it: without a unique branch the To tag decides. */
export function isAckOf(ack: SipRequest, response: { readonly toTag: string | undefined }): boolean {
  const via = topViaOf(ack)
  return (via !== undefined && branchOf(via) !== undefined) || tagOf(ack.headers.one(toHeader)) === response.toTag
}

/** What copies of one request share that reached us on several ways (RFC 3261 §8.2.2.2); undefined inside a dialog. */
export function mergeKeyOf(request: SipRequest): string | undefined {
  const fromTag = tagOf(request.headers.one(fromHeader))
  if (fromTag === undefined || tagOf(request.headers.one(toHeader)) !== undefined) return undefined
  return flat(fromTag, callIdOf(request), sequenceOf(request), request.method)
}
