import { createRequest, MAX_FORWARDS, NO_BODY } from '../message/build.ts'
import { fromHeader, type NameAddr, nameAddr, routeHeader, toHeader } from '../message/fields/name-addr.ts'
import { cseqHeader, maxForwardsHeader } from '../message/fields/numbers.ts'
import { callIdHeader } from '../message/fields/tokens.ts'
import { HeaderList } from '../message/header-list.ts'
import { type SipRequest, sequenceOf } from '../message/message.ts'
import type { Uri } from '../message/uri.ts'
import type { Dialog } from './dialog.ts'

/** Where CSeq begins in a dialog in which we have sent nothing: any number below 2^31 will do (RFC 3261 §12.2.1.1). */
const FIRST_SEQUENCE = 1

/** The next request of a dialog (§12.2.1.1), and the dialog after it. Contact and body are the caller's to add. Not for ACK and CANCEL. */
export function requestInDialog(
  dialog: Dialog,
  method: string,
  body: Uint8Array = NO_BODY,
): { readonly request: SipRequest; readonly dialog: Dialog } {
  const sequence = dialog.localSequence === undefined ? FIRST_SEQUENCE : dialog.localSequence + 1
  return { request: build(dialog, { method, sequence, body }), dialog: { ...dialog, localSequence: sequence } }
}

/** The ACK of a 2xx (§13.2.2.4): CSeq number and credentials of its INVITE, along the route set of the dialog. */
export function ackInDialog(dialog: Dialog, invite: SipRequest, body: Uint8Array = NO_BODY): SipRequest {
  const ack = build(dialog, { method: 'ACK', sequence: sequenceOf(invite), body })
  ack.headers.copyFrom(invite.headers, 'Authorization').copyFrom(invite.headers, 'Proxy-Authorization')
  return ack
}

function build(dialog: Dialog, { method, sequence, body }: { method: string; sequence: number; body: Uint8Array }): SipRequest {
  const { uri, routes } = placeRoutes(dialog.remoteTarget, dialog.routeSet)
  const headers = new HeaderList()
  headers.set(routeHeader, ...routes).set(maxForwardsHeader, MAX_FORWARDS)
  headers.set(fromHeader, dialog.local).set(toHeader, dialog.remote).set(callIdHeader, dialog.callId).set(cseqHeader, { sequence, method })
  return createRequest(method, uri, headers, body)
}

/**
 * Request-URI and Route (§12.2.1.1). A first proxy that is no loose router (no `lr`) wants itself in the Request-URI and the target last in
 * Route.
 */
export function placeRoutes(target: Uri, routeSet: readonly NameAddr[]): { readonly uri: Uri; readonly routes: readonly NameAddr[] } {
  const [first, ...rest] = routeSet
  if (!first || isLooseRoute(first)) return { uri: requestUri(target), routes: routeSet }
  return { uri: requestUri(first.uri), routes: [...rest, nameAddr(target)] }
}

export const isLooseRoute = ({ uri }: NameAddr): boolean => uri.kind !== 'sip' || uri.params.has('lr')

/** A URI without what may not stand in a Request-URI: headers and `method` (§19.1.1, table 1). */
function requestUri(uri: Uri): Uri {
  return uri.kind === 'sip' ? { ...uri, headers: [], params: uri.params.without('method') } : uri
}

/** The URI whose host a request is sent to (§8.1.2): the first Route when it is a loose router, else the Request-URI. */
export function nextHop(request: SipRequest): Uri {
  const first = request.headers.one(routeHeader)
  return first && isLooseRoute(first) ? first.uri : request.uri
}
