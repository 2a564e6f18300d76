import {
  acceptHeader,
  allowHeader,
  type Capabilities,
  createResponse,
  type Flow,
  refuseRequest,
  type SipRequest,
  type SipResponse,
  supportedHeader,
} from '@voipbin/sip'
import type { Abuse } from './abuse.ts'
import type { Admission } from './admission.ts'
import type { Identified } from './identify.ts'
import type { Refusals } from './refusals.ts'

export type AdmitOptions = {
  readonly identify: (request: SipRequest, flow: Flow) => Promise<Identified>
  readonly register: (request: SipRequest, flow: Flow) => Promise<SipResponse>
  readonly abuse: Abuse
  readonly refusals: Pick<Refusals, 'refused'>
  readonly capabilities: Capabilities
  readonly newTag: () => string
  /** Hears how many requests are being decided on. */
  readonly decided: (change: 1 | -1) => void
}

/** Every request outside of a dialog: let in for somebody, or answered here. */
export function createAdmission(options: AdmitOptions): Admission {
  const { identify, register, abuse, refusals, decided, capabilities } = options
  // What calls may use says nothing of REGISTER.
  const registering: Capabilities = { ...capabilities, methods: [...capabilities.methods, 'REGISTER'] }

  return async (request, { flow, transaction }) => {
    if (request.method === 'OPTIONS') {
      // Whoever asks too often gets nothing: OPTIONS is how phones and scanners look whether somebody is here.
      if (abuse.mayAskOptions(flow.remote.host)) transaction.respond(optionsAnswer(request, options))
      else {
        refusals.refused('options_rate', request, flow)
        transaction.abandon()
      }
      return 'handled'
    }
    // Whoever takes the call listens instead, from then on.
    if (request.method === 'INVITE') {
      transaction.listen({ onCancel: () => void transaction.respond(createResponse(request, 487, { toTag: options.newTag() })) })
    }
    decided(1)
    try {
      if (request.method === 'REGISTER') {
        // Extensions that we lack come before who asks for them (RFC 3261 §10.3, steps 2 and 3).
        transaction.respond(refuseRequest(request, registering, options.newTag()) ?? (await register(request, flow)))
        return 'handled'
      }
      const identified = await identify(request, flow)
      // Cancelled meanwhile: it has its 487.
      if (transaction.isTerminated || (transaction.status ?? 0) >= 200) return 'handled'
      if (identified.kind === 'let in') return { letIn: identified.admitted }
      refusals.refused(identified.rule, request, flow)
      transaction.respond(identified.response)
      return 'handled'
    } finally {
      decided(-1)
    }
  }
}

/** What we can (RFC 3261 §11.2). */
function optionsAnswer(request: SipRequest, { capabilities, newTag }: AdmitOptions): SipResponse {
  const response = createResponse(request, 200, { toTag: newTag() })
  response.headers.setRaw(allowHeader.name, capabilities.methods.join(', '))
  response.headers.setRaw(acceptHeader.name, capabilities.bodies.join(', '))
  if (capabilities.extensions.length > 0) response.headers.setRaw(supportedHeader.name, capabilities.extensions.join(', '))
  return response
}
