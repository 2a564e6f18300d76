import type { MethodArguments, MethodOutput } from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import type { SipBinding } from '@voipbin/contracts/switch-legs'
import type { registrarPort, SipUser } from '@voipbin/contracts/switch-ports'
import { formatTime } from '@voipbin/contracts/time'
import type { Logger } from '@voipbin/service-kit'
import {
  type Address,
  callIdOf,
  createResponse,
  type Flow,
  minExpiresHeader,
  retryAfterHeader,
  type SipRequest,
  type SipResponse,
  sequenceOf,
  type Target,
  toHeader,
  unbracketed,
  unescapeText,
  userAgentHeader,
} from '@voipbin/sip'
import type { Authenticator } from '../admission/authenticator.ts'
import type { IdentifySource } from '../admission/identify.ts'
import { retryAfter } from '../admission/overload.ts'
import type { Refusals } from '../admission/refusals.ts'
import type { Rule } from '../admission/rules.ts'
import { type BindingOwner, Connections } from './connections.ts'
import { datagramTarget, flowName, sourceText } from './flow-name.ts'
import type { KeepAlives } from './keep-alives.ts'
import { type Registration, type RegistrationLimits, readRegistration, type WantedBinding } from './read-registration.ts'

type Port = typeof registrarPort
export type BindingsPort = {
  updateBindings(input: MethodArguments<Port, 'updateBindings'>): Promise<MethodOutput<Port, 'updateBindings'>>
  releaseFlow(input: MethodArguments<Port, 'releaseFlow'>): Promise<unknown>
  identifySource: IdentifySource
}

export type RegistrarOptions = {
  readonly port: BindingsPort
  readonly authenticator: Authenticator
  readonly keepAlives: KeepAlives
  readonly limits: RegistrationLimits
  /** Which node, and which of its lives. */
  readonly node: { readonly id: string; readonly epoch: string }
  readonly refusals: Pick<Refusals, 'refused'>
  readonly log: Logger
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly newTag: () => string
  /** What each listener has bound. */
  readonly bound: () => ReadonlyMap<string, Address>
  readonly random?: () => number
}

/** Whose REGISTER it is, and whether the connection that it came by has closed meanwhile. */
type Proved = { readonly user: SipUser; readonly hasClosed: () => boolean }

/**
 * Takes registrations (RFC 3261 §10.3): who sends one proves to be whom it registers, and is reached from then on over the flow that it
 * came by. The bindings themselves are the registrar service's.
 */
export class Registrar {
  readonly #options: RegistrarOptions
  readonly #connections = new Connections()

  constructor(options: RegistrarOptions) {
    this.#options = options
  }

  /** The answer to a REGISTER. Never rejects. */
  async register(request: SipRequest, flow: Flow): Promise<SipResponse> {
    const hasClosed = this.#connections.watch(flowName(flow, this.#options.node.epoch))
    try {
      const source = await this.#options.port.identifySource(whatToAsk(request, flow))
      if (source.verdict === 'unknown_domain') return this.#refuse(request, flow, { status: 404, rule: 'unknown_domain' })
      if (source.verdict !== 'challenge') return this.#refuse(request, flow, { status: 403, rule: 'not_allowed' })
      const proof = await this.#options.authenticator.authenticate(request, flow.remote.host, source)
      if (proof.kind === 'proved') return await this.#update(request, flow, { user: proof.user, hasClosed })
      this.#options.refusals.refused(proof.rule, request, flow)
      return proof.response
    } catch (error) {
      return this.#refuse(request, flow, statusOf(error))
    } finally {
      hasClosed()
    }
  }

  /** Where a flow leads; undefined when its connection, or the node that had it, is gone. */
  targetOf(name: string): Target | undefined {
    const flow = this.#connections.flowOf(name)
    return flow ? { protocol: flow.protocol, ...flow.remote, flow } : datagramTarget(name, this.#options.bound())
  }

  /** The bindings of a connection end with it. */
  flowClosed(flow: Flow): void {
    const name = flowName(flow, this.#options.node.epoch)
    this.#options.keepAlives.release(name)
    this.#release(name, this.#connections.close(name))
  }

  #release(name: string, owners: readonly BindingOwner[]): void {
    const { port, node, log } = this.#options
    for (const { customer_id, identity_id } of owners) {
      port.releaseFlow({ customer_id, identity_id, node_id: node.id, flow: name }).catch((error: unknown) =>
        // The binding ends by its time, and whoever dials it before is told that the flow is gone.
        log.warn('Cannot release the bindings of a closed connection', { flow: name, error: String(error) }),
      )
    }
  }

  async #update(request: SipRequest, flow: Flow, { user, hasClosed }: Proved): Promise<SipResponse> {
    if (user.identity_kind !== 'extension') return this.#refuse(request, flow, { status: 403, rule: 'not_allowed' })
    if (userOf(request) !== user.aor_user) return this.#refuse(request, flow, { status: 403, rule: 'wrong_address_of_record' })
    const wanted = readRegistration(request, flow, this.#options.limits)
    if (wanted.kind === 'refused') return this.#refuse(request, flow, wanted)
    const { bindings } = await this.#store(request, flow, { user, wanted })
    const saved = wanted.kind === 'update' ? wanted.save : []
    if (hasClosed()) this.#release(flowName(flow, this.#options.node.epoch), [user])
    else if (saved.length > 0) this.#hold(flow, { user, wanted: saved })
    return this.#accept(request, bindings)
  }

  #store(request: SipRequest, flow: Flow, { user, wanted }: { readonly user: SipUser; readonly wanted: Registration }) {
    const { port, node, now } = this.#options
    const common = {
      ...{ node_id: node.id, flow: flowName(flow, node.epoch), source: sourceText(flow.protocol, flow.remote) },
      ...{ user_agent: request.headers.one(userAgentHeader)?.slice(0, 255) ?? '' },
      ...{ sip_call_id: callIdOf(request).slice(0, 255), cseq: sequenceOf(request) },
    }
    const expireAt = (seconds: number) => formatTime((now() + seconds * 1_000) * 1_000)
    const save = wanted.kind === 'update' ? wanted.save : []
    return port.updateBindings({
      ...{ customer_id: user.customer_id, identity_id: user.identity_id },
      ...{ sip_call_id: common.sip_call_id, cseq: common.cseq },
      save: save.map(({ contact, expiresSeconds, q }) => ({ ...common, contact, q, tm_expire: expireAt(expiresSeconds) })),
      remove: wanted.kind === 'update' ? [...wanted.remove] : [],
      remove_all: wanted.kind === 'remove all',
    })
  }

  /** A connection is watched for its end, and is not idle while a phone is bound to it; a NAT is kept open. */
  #hold(flow: Flow, { user, wanted }: { readonly user: SipUser; readonly wanted: readonly WantedBinding[] }): void {
    const { node, keepAlives, now } = this.#options
    const name = flowName(flow, node.epoch)
    const { customer_id, identity_id } = user
    if (flow.protocol !== 'UDP') this.#connections.bind(name, flow, { customer_id, identity_id })
    const kept = wanted.filter(({ isBehindNat }) => isBehindNat || flow.protocol !== 'UDP').map(({ expiresSeconds }) => expiresSeconds)
    if (kept.length > 0) keepAlives.keep(name, flow, now() + Math.max(...kept) * 1_000)
  }

  /** Every binding there is, with what is left of its time (step 8). */
  #accept(request: SipRequest, bindings: readonly SipBinding[]): SipResponse {
    const response = createResponse(request, 200, { toTag: this.#options.newTag() })
    const now = this.#options.now()
    const contacts = bindings.map(({ contact, q, tm_expire }) => {
      const seconds = Math.max(0, Math.round((Date.parse(tm_expire) - now) / 1_000))
      return `<${contact}>;expires=${seconds}${q === 1_000 ? '' : `;q=${(q / 1_000).toFixed(3)}`}`
    })
    response.headers.setRaw('Contact', ...contacts)
    response.headers.setRaw('Date', new Date(now).toUTCString())
    return response
  }

  #refuse(request: SipRequest, flow: Flow, { status, rule }: { readonly status: number; readonly rule: Rule }): SipResponse {
    const { refusals, newTag, limits, random = Math.random } = this.#options
    refusals.refused(rule, request, flow)
    const response = createResponse(request, status, { toTag: newTag() })
    if (status === 423) response.headers.set(minExpiresHeader, limits.minExpiresSeconds)
    if (status === 503) response.headers.set(retryAfterHeader, { seconds: retryAfter(random) })
    return response
  }
}

function statusOf(error: unknown): { status: number; rule: Rule } {
  const reason = error instanceof ServiceError ? error.reason : ''
  if (reason === 'TOO_MANY_CONTACTS') return { status: 403, rule: 'too_many_contacts' }
  // Something newer was stored already: the same request cannot do better (§10.3, step 7).
  if (reason === 'REGISTRATION_OUT_OF_ORDER') return { status: 500, rule: 'out_of_order' }
  if (error instanceof ServiceError && error.status === 'NOT_FOUND') return { status: 403, rule: 'not_allowed' }
  return { status: 503, rule: 'registrar_unavailable' }
}

const MAX_TEXT = 255

/** The domain is that of the address of record, in To. */
function whatToAsk(request: SipRequest, { protocol, remote }: Flow) {
  const aor = request.headers.one(toHeader)?.uri
  const user = userOf(request).slice(0, MAX_TEXT)
  return {
    source_ip: remote.host,
    source: sourceText(protocol, remote),
    host: aor?.kind === 'sip' ? unbracketed(aor.host).slice(0, MAX_TEXT) : '',
    ...{ from_user: user, to_user: user, method: 'REGISTER' },
  }
}

function userOf({ headers }: SipRequest): string {
  const aor = headers.one(toHeader)?.uri
  return aor?.kind === 'sip' ? unescapeText(aor.user ?? '') : ''
}
