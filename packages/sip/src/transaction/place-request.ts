import { type Via, viaHeader } from '../message/fields/via.ts'
import type { SipRequest } from '../message/message.ts'
import { Params } from '../message/params.ts'
import { serialise } from '../message/serialise.ts'
import { bracketed, type Target } from '../transport/flow.ts'
import type { Route, TransportPort } from './transport-port.ts'

/** A request ready to leave: its octets and where they go. */
export type PlacedRequest = { readonly octets: Buffer; readonly target: Target }

/**
 * Puts our Via on top of a request and decides how it leaves (RFC 3261 §18.1.1); undefined when no listener reaches the target. A
 * request that proves too large for UDP gets the Via of TCP instead. Asks for rport always (RFC 3581 §3).
 */
export function placeRequest(
  request: SipRequest,
  { target, branch, transport }: { readonly target: Target; readonly branch: string; readonly transport: TransportPort },
): PlacedRequest | undefined {
  const small = transport.route(target, 0)
  if (!small) return undefined
  request.headers.prepend(viaHeader, viaOf(small, branch))
  const octets = serialise(request)
  const route = transport.route(target, octets.length) ?? small
  if (route.target.protocol === small.target.protocol) return { octets, target: route.target }
  request.headers.replaceFirst(viaHeader, viaOf(route, branch))
  return { octets: serialise(request), target: route.target }
}

function viaOf({ target, sentBy }: Route, branch: string): Via {
  const params = Params.of({ branch, rport: true })
  return { protocol: 'SIP', version: '2.0', transport: target.protocol, host: bracketed(sentBy.host), port: sentBy.port, params }
}
