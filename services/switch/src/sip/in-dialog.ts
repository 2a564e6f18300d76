import {
  createDialogResponse,
  createResponse,
  judgeReinvite,
  retryAfterSeconds,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
} from '@voipbin/sip'
import { INCOMPATIBLE, NO_USER_RESPONSE } from '../channel/causes.ts'
import { allowed, refusalOf, retryAfter, SDP, warn } from './capabilities.ts'
import { digitOf } from './info-digits.ts'
import { causeIn } from './reason-cause.ts'
import type { SessionPort } from './session-port.ts'

type Arrival = { readonly transaction: ServerTransaction; readonly isInOrder: boolean }

/** Answers a request of the peer in a dialog. */
export function answerInDialog(session: SessionPort, request: SipRequest, { transaction, isInOrder }: Arrival): void {
  const respond = (status: number) => transaction.respond(createResponse(request, status))
  if (!isInOrder) {
    respond(500) // older than one that was taken (RFC 3261 §12.2.2)
    return
  }
  // A BYE ends whatever it asks for beside that.
  const refusal = request.method === 'BYE' ? undefined : refusalOf(request, session.dialog.localTag)
  if (refusal) transaction.respond(refusal)
  else if (session.isOver) respond(481)
  else if (request.method === 'BYE') {
    respond(200)
    session.options.owner.observe({ kind: 'bye', cause: causeIn(request) })
  } else if (request.method === 'INVITE') answerReinvite(session, request, transaction)
  else if (request.method === 'INFO') {
    respond(200)
    const pressed = digitOf(request)
    if (pressed) session.options.owner.infoDigit(pressed.digit, pressed.durationMs)
  } else transaction.respond(withAllow(createResponse(request, 200)))
}

export function withAllow(response: SipResponse): SipResponse {
  response.headers.setRaw('Allow', allowed).setRaw('Accept', SDP)
  return response
}

/** RFC 3261 §14.2. What cannot be taken is refused, and the session goes on as it was. */
function answerReinvite(session: SessionPort, request: SipRequest, transaction: ServerTransaction): void {
  const verdict = judgeReinvite(session.pendingInvites)
  if (verdict !== 'take') {
    const refusal = createResponse(request, verdict)
    transaction.respond(verdict === 500 ? retryAfter(refusal, retryAfterSeconds()) : refusal)
    return
  }
  const { media, contact, owner } = session.options
  const isOfferOurs = request.body.length === 0
  const answered = isOfferOurs ? { kind: 'agreed' as const, body: media.offer() } : media.answer(request.body)
  if (answered.kind === 'refused') {
    transaction.respond(warn(createResponse(request, 488), answered.refusal))
    return
  }
  session.refresh('INVITE', request)
  const response = withAllow(createDialogResponse(request, 200, { contact, body: answered.body }))
  response.headers.setRaw('Content-Type', SDP)
  transaction.respond(response)
  session.repeatUntilAck({
    ...{ invite: request, isOfferOurs, again: () => transaction.respond(response) },
    done: (ack) => {
      if (!ack) owner.observe({ kind: 'failed', by: 'network', cause: NO_USER_RESPONSE, text: 'no ACK for the answer to a re-INVITE' })
      else if (isOfferOurs && media.readAnswer(ack.body).kind === 'refused')
        owner.observe({ kind: 'failed', by: 'network', cause: INCOMPATIBLE, text: 'no usable answer in the ACK of a re-INVITE' })
    },
  })
}
