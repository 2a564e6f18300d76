import {
  ackInDialog,
  createRequest,
  FailoverRequest,
  nextHop,
  requestInDialog,
  type SipRequest,
  type SipResponse,
  sequenceOf,
  type Target,
} from '@voipbin/sip'
import { DESTINATION_OUT_OF_ORDER } from '../channel/causes.ts'
import { targetsInDialog } from './next-hop.ts'
import type { RequestOptions, ResponseListener, SessionPort } from './session-port.ts'

type Acked = { readonly sequence: number; readonly again: () => void }
type Exchange = { readonly request: SipRequest; readonly options: RequestOptions; readonly wasChallenged: boolean }

/** Phones answer a re-INVITE without asking anybody. A peer that says 100 and then nothing would keep all that follows waiting. */
const REINVITE_PATIENCE_MS = 60_000

/** Our requests in one dialog: numbered, authenticated once where that is asked, and sent to where the peer is now. */
export class DialogRequests {
  readonly #session: SessionPort
  #lastAck: Acked | undefined
  /** Of the INVITE that is under way. */
  #cancelInvite: (() => void) | undefined

  constructor(session: SessionPort) {
    this.#session = session
  }

  /** An INVITE is acknowledged by `acknowledge`, not here. */
  send(method: string, options: RequestOptions, done: ResponseListener): void {
    this.#start({ request: this.#build(method, options), options, wasChallenged: false }, done)
  }

  /** Sends the ACK of a 2xx, and remembers it for repeats of that 2xx. */
  acknowledge(invite: SipRequest, body?: Uint8Array): void {
    const { parts } = this.#session.options
    const ack = ackInDialog(this.#session.dialog, invite, body)
    void this.#withTargets(ack, ([target]) => {
      const placed = target && parts.layer.sendAck(ack, target)
      if (placed) this.#lastAck = { sequence: sequenceOf(invite), again: () => parts.layer.resend(placed) }
    })
  }

  acknowledgeAgain(response: SipResponse): void {
    if (this.#lastAck?.sequence === sequenceOf(response)) this.#lastAck.again()
  }

  /** Asks for the end of an INVITE that is under way: after a provisional response nothing else would end it (RFC 3261 §17.1.1.2). */
  cancelInvite(): void {
    this.#cancelInvite?.()
  }

  #build(method: string, { body, contentType, prepare }: RequestOptions): SipRequest {
    const { request, dialog } = requestInDialog(this.#session.dialog, method, body)
    this.#session.dialog = dialog
    if (contentType !== undefined) request.headers.append('Content-Type', contentType)
    prepare?.(request)
    return request
  }

  #start(exchange: Exchange, done: ResponseListener): void {
    const { request, options, wasChallenged } = exchange
    const { digest, parts } = this.#session.options
    if (!wasChallenged) digest?.authorise(request)
    let isDone = false
    let stopWaiting = () => {}
    const finish = (response: SipResponse | undefined) => {
      if (isDone) {
        if (response && response.status < 300) this.acknowledgeAgain(response)
        return
      }
      isDone = true
      stopWaiting()
      const next = wasChallenged ? undefined : this.#answerChallenge(response, request, options)
      if (next) this.#start({ request: next, options, wasChallenged: true }, done)
      else {
        this.#judge(response, request.method)
        done(response, request)
      }
    }
    void this.#withTargets(request, (targets) => {
      const listener = {
        onResponse: (response: SipResponse) => (response.status >= 200 ? finish(response) : undefined),
        onEnd: () => finish(undefined),
      }
      const build = () => createRequest(request.method, request.uri, request.headers.clone(), request.body)
      const sent = new FailoverRequest({ layer: parts.layer, targets, build, listener })
      if (request.method === 'INVITE' && !isDone) stopWaiting = this.#waitForInvite(sent)
    })
  }

  /** @returns what ends the wait */
  #waitForInvite(invite: FailoverRequest): () => void {
    const { parts } = this.#session.options
    const stop = parts.clock.after(REINVITE_PATIENCE_MS, () => invite.cancel())
    this.#cancelInvite = () => invite.cancel()
    return () => {
      stop()
      this.#cancelInvite = undefined
    }
  }

  #answerChallenge(response: SipResponse | undefined, request: SipRequest, options: RequestOptions): SipRequest | undefined {
    const { digest } = this.#session.options
    if (!response || !digest || (response.status !== 401 && response.status !== 407)) return undefined
    const next = this.#build(request.method, options)
    return digest.answer(response, request, next) === 'answered' ? next : undefined
  }

  /** 481, 408 and silence say that the peer knows of no such dialog (RFC 3261 §12.2.1.2). */
  #judge(response: SipResponse | undefined, method: string): void {
    if (method === 'BYE' || (response && response.status !== 481 && response.status !== 408)) return
    const text = response ? `${response.status} to ${method}` : `no answer to ${method}`
    const { owner } = this.#session.options
    owner.observe({ kind: 'failed', by: 'network', cause: DESTINATION_OUT_OF_ORDER, sipStatus: response?.status ?? 408, text })
  }

  #withTargets(request: SipRequest, use: (targets: readonly Target[]) => void): void | Promise<void> {
    const targets = targetsInDialog(request, this.#session.peer, this.#session.options.parts.dns)
    const useAllowed = (found: readonly Target[]) => use(this.#allowed(request, found))
    return 'then' in targets ? targets.then(useAllowed) : useAllowed(targets)
  }

  /** Where a peer says that it is must be no way around what it may be: it is reached where its own messages come from then. */
  #allowed(request: SipRequest, targets: readonly Target[]): readonly Target[] {
    const { mayReach } = this.#session.options
    if (!mayReach) return targets
    const { target: source } = this.#session.peer
    const hop = nextHop(request)
    const allowed = targets.filter((target) => target.host === source.host || mayReach(hop, target))
    return allowed.length > 0 ? allowed : [source]
  }
}
