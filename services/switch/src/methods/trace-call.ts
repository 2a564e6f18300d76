import type { MethodOutput } from '@voipbin/contracts/contract'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { SipEndpoint } from '../sip/sip-endpoint.ts'
import type { Asked } from './command.ts'

/** The SIP messages of a call that went on here lately. */
export const traceCall =
  (endpoint: () => SipEndpoint) =>
  async ({ sip_call_id: callId }: Asked<'traceCall'>): Promise<MethodOutput<SwitchContract, 'traceCall'>> => ({
    messages: endpoint().ladder.of(callId),
  })
