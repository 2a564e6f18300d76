import {
  AnswerRepeater,
  createDialogResponse,
  createResponse,
  judgeReinvite,
  retryAfterHeader,
  retryAfterSeconds,
  type ServerTransaction,
  type SipRequest,
} from '@voipbin/sip'
import { realScheduler } from '../signalling/endpoint.ts'
import { type CallCore, reasonOf } from './call-core.ts'
import { PHONE_METHODS } from './capabilities.ts'
import { readInfoDigit } from './info-digits.ts'

/** What a call keeps of re-INVITEs that are under way. */
export type Reinvites = {
  ours: boolean
  theirs: boolean
  /** Their re-INVITE had no offer: our offer is answered in its ACK. */
  isAnswerDue: boolean
  /** Repeats our answer to theirs until its ACK. */
  repeater: AnswerRepeater | undefined
}

export const noReinvites = (): Reinvites => ({ ours: false, theirs: false, isAnswerDue: false, repeater: undefined })

type Received = {
  readonly core: CallCore
  readonly reinvites: Reinvites
  readonly request: SipRequest
  readonly transaction: ServerTransaction
}

/** Takes a request of the other party in the call. */
export function receiveInCall(received: Received): void {
  const { core, request, transaction } = received
  if (!core.dialog?.receive(request)) {
    transaction.respond(createResponse(request, 500))
    return
  }
  if (core.ended) {
    transaction.respond(createResponse(request, 481))
    return
  }
  if (request.method === 'BYE') {
    transaction.respond(createResponse(request, 200))
    core.finish({ by: 'remote', status: 0, reason: reasonOf(request), text: 'the other party hung up' })
  } else if (request.method === 'INVITE') receiveReinvite(received)
  else if (request.method === 'INFO') receiveInfo(received)
  else if (request.method === 'NOTIFY' || request.method === 'MESSAGE' || request.method === 'OPTIONS') {
    transaction.respond(createResponse(request, 200))
    core.events.add({ type: 'request', method: request.method })
  } else {
    const response = createResponse(request, 405)
    response.headers.setRaw('Allow', PHONE_METHODS.join(', '))
    transaction.respond(response)
  }
}

function receiveReinvite({ core, reinvites, request, transaction }: Received): void {
  const verdict = judgeReinvite(reinvites)
  if (verdict !== 'take') {
    const response = createResponse(request, verdict)
    if (verdict === 500) response.headers.set(retryAfterHeader, { seconds: retryAfterSeconds() })
    transaction.respond(response)
    return
  }
  const hasOffer = request.body.length > 0
  const answer = hasOffer ? core.negotiation.answer(request.body) : undefined
  if (answer?.kind === 'refused') {
    transaction.respond(createResponse(request, 488))
    return
  }
  reinvites.theirs = true
  reinvites.isAnswerDue = !hasOffer
  const body = answer?.body ?? core.negotiation.offer()
  const response = createDialogResponse(request, 200, { contact: core.contact, body })
  response.headers.setRaw('Content-Type', 'application/sdp')
  transaction.respond(response)
  const unacknowledged = () => {
    reinvites.theirs = false
  }
  reinvites.repeater = new AnswerRepeater({ scheduler: realScheduler, send: () => transaction.respond(response), unacknowledged })
  if (answer) core.agree(answer.media)
}

/** The ACK of our 200 to a re-INVITE. */
export function acknowledgeReinvite(core: CallCore, reinvites: Reinvites, ack: SipRequest): void {
  reinvites.theirs = false
  reinvites.repeater?.stop()
  if (!reinvites.isAnswerDue) return
  reinvites.isAnswerDue = false
  const media = core.negotiation.readAnswer(ack.body)
  if (!('kind' in media)) core.agree(media)
}

function receiveInfo({ core, request, transaction }: Received): void {
  transaction.respond(createResponse(request, 200))
  const digit = readInfoDigit(request)
  if (digit === undefined) core.events.add({ type: 'request', method: 'INFO' })
  else core.hear(digit, 'info')
}
