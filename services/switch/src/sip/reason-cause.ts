import { causeOf, reasonHeader, type SipMessage } from '@voipbin/sip'
import { ANSWERED_ELSEWHERE, causeOfStatus } from '../channel/causes.ts'

/** The cause that a Reason header gives (RFC 3326): Q.850's own, else what a SIP status stands for; undefined where there is none. */
export function causeIn(message: SipMessage): number | undefined {
  const reasons = message.headers.all(reasonHeader) ?? []
  const q850 = causeOf(reasons, 'Q.850')
  if (q850 !== undefined) return q850
  const status = causeOf(reasons, 'SIP')
  if (status === undefined) return undefined
  return status === 200 ? ANSWERED_ELSEWHERE : status >= 300 ? causeOfStatus(status) : undefined
}
