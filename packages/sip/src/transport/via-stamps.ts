import { type Via, viaHeader } from '../message/fields/via.ts'
import { type SipRequest, topViaOf } from '../message/message.ts'
import { type Address, bracketed, defaultPort, type Flow, type Target, unbracketed } from './flow.ts'

/**
 * Writes into the top Via where a request really came from (RFC 3261 §18.2.1, RFC 3581 §4): `received` when sent-by says otherwise, and
 * `rport` with it when the sender asked. What the sender wrote there itself is overwritten.
 */
export function stampVia(request: SipRequest, source: Address): void {
  const via = topViaOf(request)
  const stamped = via && stampedVia(via, source)
  if (stamped && stamped !== via) request.headers.replaceFirst(viaHeader, stamped)
}

/** @returns the very same where there is nothing to say */
export function stampedVia(via: Via, source: Address): Via {
  const asksPort = via.params.has('rport')
  const isElsewhere = via.host !== bracketed(source.host)
  if (!asksPort && !isElsewhere && !via.params.has('received')) return via
  let params = asksPort || isElsewhere ? via.params.with('received', source.host) : via.params.without('received')
  if (asksPort) params = params.with('rport', source.port)
  return { ...via, params }
}

/** Where responses to a request go. All that is kept of its Via, so that a finished transaction holds no message. */
export type ReplyPath = {
  readonly flow: Flow
  /** Port that rport asked for or else sent-by says. */
  readonly port: number
}

/**
 * Where responses to a request go (RFC 3261 §18.2.2, RFC 3581 §4): to its source, at the port that rport or else sent-by says. `maddr` is
 * not obeyed: it would let anyone turn our answers against a third party.
 */
export const replyPath = (request: SipRequest, flow: Flow): ReplyPath => replyPathOf(topViaOf(request), flow)

export function replyPathOf(via: Via | undefined, flow: Flow): ReplyPath {
  if (!via || via.params.has('rport')) return { flow, port: flow.remote.port }
  return { flow, port: via.port ?? defaultPort(flow.protocol) }
}

/** Where a response goes when the connection of its request is gone (§18.2.2): a new one, to the source at the port of sent-by. */
export function reconnectTarget({ flow, port }: ReplyPath): Target {
  return { protocol: flow.protocol, host: unbracketed(flow.remote.host), port, listener: flow.listener }
}
