import type { Capabilities } from '@voipbin/sip'

/** What the phone takes. */
export const PHONE_METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'NOTIFY', 'MESSAGE'] as const

export const phoneCapabilities: Capabilities = {
  methods: PHONE_METHODS,
  schemes: ['sip', 'sips', 'tel'],
  extensions: [],
  bodies: ['application/sdp', 'application/dtmf-relay', 'application/dtmf', 'text/plain'],
  answerBody: 'application/sdp',
}
