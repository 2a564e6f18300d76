import type { MethodOutput } from '@voipbin/contracts/contract'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { registrarPort } from '@voipbin/contracts/switch-ports'
import {
  createResponse,
  type Flow,
  fromHeader,
  retryAfterHeader,
  type SipRequest,
  type SipResponse,
  unbracketed,
  unescapeText,
} from '@voipbin/sip'
import { sourceText } from '../registrar/flow-name.ts'
import type { Abuse } from './abuse.ts'
import type { Admitted } from './admission.ts'
import type { Authenticator } from './authenticator.ts'
import { retryAfter } from './overload.ts'
import type { Rule } from './rules.ts'

export type Source = MethodOutput<typeof registrarPort, 'identifySource'>
export type IdentifySource = (asked: {
  readonly source_ip: string
  readonly source: string
  readonly host: string
  readonly from_user: string
  readonly to_user: string
  readonly method: string
}) => Promise<Source>

export type IdentifyOptions = {
  readonly identifySource: IdentifySource
  readonly authenticator: Authenticator
  readonly abuse: Abuse
  readonly newTag: () => string
  readonly random?: () => number
}

/** What a request from outside of dialogs is worth. */
export type Identified =
  | { readonly kind: 'let in'; readonly admitted: Admitted }
  | { readonly kind: 'refused'; readonly rule: Rule; readonly response: SipResponse }

/**
 * Carries out the registrar's verdict on where a request comes from: whose it is, or what it is answered. The verdict's reasons are the
 * registrar's (`services/registrar/src/addressing.ts`).
 */
export function createIdentify(options: IdentifyOptions): (request: SipRequest, flow: Flow) => Promise<Identified> {
  const { identifySource, authenticator, abuse, newTag, random = Math.random } = options
  const letIn = (identified_by: Admitted['identified_by'], customer_id: string, identity_id: string): Identified => ({
    kind: 'let in',
    admitted: { customer_id, identified_by, identity_id },
  })

  return async (request, flow) => {
    const refuse = (rule: Rule, status: number): Identified => {
      const response = createResponse(request, status, { toTag: newTag() })
      if (status === 503) response.headers.set(retryAfterHeader, { seconds: retryAfter(random) })
      return { kind: 'refused', rule, response }
    }
    const { host } = flow.remote
    try {
      const source = await identifySource(whatToAsk(request, flow))
      if (source.verdict === 'trunk') return letIn('trunk_ip', source.customer_id, source.identity_id)
      if (source.verdict === 'unknown_domain') return refuse('unknown_domain', 404)
      if (source.verdict === 'anonymous') {
        return abuse.mayCallAnonymously(host) ? letIn('none', source.customer_id, NIL_ID) : refuse('anonymous_rate', 503)
      }
      const proof = await authenticator.authenticate(request, host, source)
      if (proof.kind === 'refused') return proof
      const { identity_kind: kind, customer_id, identity_id } = proof.user
      return letIn(kind === 'trunk' ? 'trunk_digest' : 'digest', customer_id, identity_id)
    } catch {
      // Told by the client's own metrics; for the peer it is a matter of time.
      return refuse('registrar_unavailable', 503)
    }
  }
}

const MAX_TEXT = 255

function whatToAsk({ uri, method, headers }: SipRequest, { protocol, remote }: Flow) {
  const from = headers.one(fromHeader)?.uri
  return {
    source_ip: remote.host,
    source: sourceText(protocol, remote),
    host: uri.kind === 'sip' ? unbracketed(uri.host).slice(0, MAX_TEXT) : '',
    from_user: userOf(from).slice(0, MAX_TEXT),
    to_user: userOf(uri).slice(0, MAX_TEXT),
    method: method.slice(0, 16),
  }
}

const userOf = (uri: SipRequest['uri'] | undefined): string => (uri?.kind === 'sip' ? unescapeText(uri.user ?? '') : '')
