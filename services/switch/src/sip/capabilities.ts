import {
  allowHeader,
  type Capabilities,
  createResponse,
  reason,
  reasonHeader,
  refuseRequest,
  retryAfterHeader,
  type SipRequest,
  type SipResponse,
} from '@voipbin/sip'
import type { Refusal } from '../media/media-session.ts'

export const SDP = 'application/sdp'
export const USER_AGENT = 'VoIPBIN'

/** What we do, in and outside of dialogs. */
export const methods = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'INFO'] as const
export const allowed = methods.join(', ')

/** Methods that RFCs know and we do not do: 405. Others nobody knows: 501 (RFC 3261 §21.4.6, §21.5.2). */
const known: ReadonlySet<string> = new Set(['REGISTER', 'UPDATE', 'PRACK', 'REFER', 'SUBSCRIBE', 'NOTIFY', 'MESSAGE', 'PUBLISH'])

export const capabilities: Capabilities = {
  methods,
  schemes: ['sip', 'sips', 'tel'],
  extensions: [],
  bodies: [SDP, 'application/dtmf-relay', 'application/dtmf'],
  answerBody: SDP,
}

/** Why a request is refused before it is looked at (RFC 3261 §8.2); undefined: go on. */
export function refusalOf(request: SipRequest, toTag: string): SipResponse | undefined {
  if (methods.some((method) => method === request.method)) return refuseRequest(request, capabilities, toTag)
  const response = createResponse(request, known.has(request.method) ? 405 : 501, { toTag })
  response.headers.setRaw(allowHeader.name, allowed)
  return response
}

/** Says why media could not be agreed (RFC 3261 §20.43). */
export function warn(response: SipResponse, { warning, reason: text }: Refusal): SipResponse {
  response.headers.setRaw('Warning', `${warning} voipbin "${text}"`)
  return response
}

/** Says a Q.850 cause (RFC 3326). 0, and the platform's own, say nothing to others. */
export function giveReason<Message extends SipRequest | SipResponse>(message: Message, cause: number, text = ''): Message {
  if (cause === 26) message.headers.append('Reason', 'SIP;cause=200;text="Call completed elsewhere"')
  else if (cause > 0 && cause < 128) message.headers.set(reasonHeader, reason('Q.850', cause, text === '' ? undefined : text))
  return message
}

export function retryAfter(response: SipResponse, seconds: number | undefined): SipResponse {
  if (seconds !== undefined) response.headers.set(retryAfterHeader, { seconds })
  return response
}
