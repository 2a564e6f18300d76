import { createResponse, type ResponseOptions } from '../message/build.ts'
import { contactHeader } from '../message/fields/contact.ts'
import { fromHeader, type NameAddr, recordRouteHeader, tagOf, toHeader } from '../message/fields/name-addr.ts'
import { callIdOf, fromTagOf, type SipMessage, type SipRequest, type SipResponse, sequenceOf, toTagOf } from '../message/message.ts'
import type { Uri } from '../message/uri.ts'

/** A relation between two user agents (RFC 3261 §12). Immutable: what changes it returns another one. */
export type Dialog = {
  /** Who sent the request that made it. */
  readonly role: 'uac' | 'uas'
  readonly state: 'early' | 'confirmed'
  readonly callId: string
  readonly localTag: string
  /** '' for a peer of RFC 2543 that has none. */
  readonly remoteTag: string
  /** What our requests say in From, tag included; theirs say it in To. */
  readonly local: NameAddr
  readonly remote: NameAddr
  /** Where the peer says that it is: the Request-URI of what we send. */
  readonly remoteTarget: Uri
  /** The proxies between, nearest first. */
  readonly routeSet: readonly NameAddr[]
  /** CSeq of the last request that we sent, or that they sent; undefined before the first. */
  readonly localSequence: number | undefined
  readonly remoteSequence: number | undefined
}

/** What names a dialog in a table: Call-ID and both tags (§12). */
export function dialogId({ callId, localTag, remoteTag }: Pick<Dialog, 'callId' | 'localTag' | 'remoteTag'>): string {
  return `${callId} ${localTag} ${remoteTag}`
}

/** The dialog that a received request says it belongs to; undefined outside of one. */
export function dialogIdOfRequest(request: SipRequest): string | undefined {
  const localTag = toTagOf(request)
  return localTag && dialogId({ callId: callIdOf(request), localTag, remoteTag: fromTagOf(request) ?? '' })
}

/** The dialog of a response to a request of ours. */
export function dialogIdOfResponse(response: SipResponse): string {
  return dialogId({ callId: callIdOf(response), localTag: fromTagOf(response) ?? '', remoteTag: toTagOf(response) ?? '' })
}

/** A response that makes or keeps a dialog: with Record-Route as it came, and our Contact (§12.1.1). */
export function createDialogResponse(
  request: SipRequest,
  status: number,
  options: ResponseOptions & { readonly contact: NameAddr },
): SipResponse {
  const response = createResponse(request, status, options)
  response.headers.copyFrom(request.headers, 'Record-Route').set(contactHeader, options.contact)
  return response
}

/** The dialog of a request that we answer with this status and To tag (§12.1.1); undefined when the answer makes none. */
export function uasDialog(request: SipRequest, answer: { readonly status: number; readonly toTag: string }): Dialog | undefined {
  const { headers } = request
  const [to, remote] = [headers.one(toHeader), headers.one(fromHeader)]
  const localTag = tagOf(to) ?? answer.toTag
  const routeSet = headers.all(recordRouteHeader)
  if (!to || !remote || localTag === '' || !routeSet || !makesDialog(answer)) return undefined
  const local = tagOf(to) === undefined ? { ...to, params: to.params.with('tag', localTag) } : to
  return {
    ...{ role: 'uas', state: answer.status < 200 ? 'early' : 'confirmed', callId: callIdOf(request) },
    ...{ localTag, remoteTag: tagOf(remote) ?? '', local, remote, routeSet },
    // A peer of RFC 2543 may bring no Contact: its From is the best there is.
    ...{ remoteTarget: contactOf(request) ?? remote.uri, localSequence: undefined, remoteSequence: sequenceOf(request) },
  }
}

/** The dialog of a response to a request of ours (§12.1.2); undefined when the response makes none. */
export function uacDialog(request: SipRequest, response: SipResponse): Dialog | undefined {
  const [local, remote] = [request.headers.one(fromHeader), response.headers.one(toHeader)]
  const localTag = tagOf(local)
  const routeSet = reversedRoutes(response)
  if (!local || !remote || !localTag || !routeSet || !makesDialog(response)) return undefined
  // A provisional response without tag is of RFC 2543 or of a proxy, and makes no early dialog.
  if (response.status < 200 && tagOf(remote) === undefined) return undefined
  return {
    ...{ role: 'uac', state: response.status < 200 ? 'early' : 'confirmed', callId: callIdOf(request) },
    ...{ localTag, remoteTag: tagOf(remote) ?? '', local, remote, routeSet },
    ...{ remoteTarget: contactOf(response) ?? request.uri, localSequence: sequenceOf(request), remoteSequence: undefined },
  }
}

const makesDialog = ({ status }: Pick<SipResponse, 'status'>): boolean => status > 100 && status < 300

/** Record-Route of a response, which a UAC reads from the end (§12.1.2). */
const reversedRoutes = (response: SipResponse): readonly NameAddr[] | undefined => response.headers.all(recordRouteHeader)?.toReversed()

/** The URI of the first Contact of a message. */
export function contactOf(message: SipMessage): Uri | undefined {
  const contact = message.headers.one(contactHeader)
  return contact === '*' ? undefined : contact?.uri
}

/**
 * A UAC's dialog after a further response of its INVITE (§12.1.2, §13.2.2.4): a 2xx confirms it and, once, says the route set anew, for
 * peers of RFC 2543 whose 1xx did not; either may say another target.
 */
export function afterInviteResponse(dialog: Dialog, response: SipResponse): Dialog {
  const remoteTarget = contactOf(response) ?? dialog.remoteTarget
  if (dialog.state === 'confirmed' || response.status < 200) return { ...dialog, remoteTarget }
  return { ...dialog, state: 'confirmed', remoteTarget, routeSet: reversedRoutes(response) ?? dialog.routeSet }
}
