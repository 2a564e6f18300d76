import { createResponse } from '../message/build.ts'
import { type SipRequest, type SipResponse, toTagOf } from '../message/message.ts'
import { parseDatagram } from '../message/parse-message.ts'
import { serialise } from '../message/serialise.ts'
import type { Flow } from '../transport/flow.ts'
import { type ReplyPath, replyPath } from '../transport/via-stamps.ts'
import { inviteServer } from './invite-server.ts'
import { isAckOf } from './matching.ts'
import { nonInviteServer } from './non-invite-server.ts'
import { TransactionRunner } from './runner.ts'
import type { Timing } from './timing.ts'
import type { Scheduler, TransportPort } from './transport-port.ts'

/** How it ended: as it should, without an ACK to our refusal, or because answers could not be sent. */
export type ServerEnd = 'done' | 'timedOut' | 'transportFailed'

export type ServerListener = {
  /** The ACK to a 2xx, when it is found by its transaction (RFC 2543 peers); others, and all without this, come to the user of the layer. */
  onAck?(ack: SipRequest): void
  /** A CANCEL, already answered 200: whoever gets it answers 487. Not after a final answer, where it changes nothing (RFC 3261 §9.2). */
  onCancel?(cancel: SipRequest): void
  /** An answer could not be sent; the transaction may go on, because the peer may ask again. */
  onSendFailed?(): void
  /** Exactly once, the last call. */
  onEnd?(end: ServerEnd): void
}

export type ServerOptions = {
  readonly request: SipRequest
  readonly flow: Flow
  readonly timing: Timing
  readonly scheduler: Scheduler
  readonly transport: TransportPort
  readonly ended: () => void
}

const noListener: ServerListener = {}

/** What listens for a CANCEL holds on to the whole call: it is let go where none can mean anything any more. */
function withoutCancel(listener: ServerListener): ServerListener {
  const { onCancel, ...rest } = listener
  if (!onCancel) return listener
  return rest.onAck || rest.onSendFailed || rest.onEnd ? rest : noListener
}

/**
 * One request of a peer and our answers (RFC 3261 §17.2). Lives on for 32 s after its final answer, to repeat it: what it keeps then is the
 * octets of that answer, and no message.
 */
export class ServerTransaction {
  readonly #path: ReplyPath
  readonly #transport: TransportPort
  readonly #runner: TransactionRunner<string>
  readonly #ended: () => void
  #listener = noListener
  /** Kept until the first answer, for a 100 that we send ourselves. */
  #request: SipRequest | undefined
  /** The last answer, as it is repeated. */
  #octets: Buffer | undefined
  #status: number | undefined
  #ack: SipRequest | undefined

  constructor(options: ServerOptions) {
    this.#request = options.request
    this.#path = replyPath(options.request, options.flow)
    this.#transport = options.transport
    this.#ended = options.ended
    const machine = options.request.method === 'INVITE' ? inviteServer : nonInviteServer
    this.#runner = new TransactionRunner<string>({ machine, timing: options.timing, scheduler: options.scheduler, actor: this })
  }

  /** What the request came on. */
  get flow(): Flow {
    return this.#path.flow
  }

  get isTerminated(): boolean {
    return this.#runner.isTerminated
  }

  /** Status of the last response sent; undefined before the first. */
  get status(): number | undefined {
    return this.#status
  }

  /** To tag of the last response, which the answer to a CANCEL shares (RFC 3261 §9.2). */
  get toTag(): string | undefined {
    const response = this.#octets && parseDatagram(this.#octets) // Seldom asked for: nothing is kept for it.
    return response?.kind === 'response' ? toTagOf(response) : undefined
  }

  listen(listener: ServerListener): void {
    this.#listener = this.#status !== undefined && this.#status >= 200 ? withoutCancel(listener) : listener
  }

  start(): void {
    this.#runner.input('start')
  }

  /**
   * Sends a response. Returns false, and sends nothing, when it comes too late: after a final one, but for 2xx, which their user repeats
   * until the ACK (RFC 3261 §13.3.1.4).
   */
  respond(response: SipResponse): boolean {
    const isSuccess = response.status >= 200 && response.status < 300
    const isFinal = this.#status !== undefined && this.#status >= 200
    if (this.isTerminated || (isFinal && !(isSuccess && this.#runner.stateName === 'accepted'))) return false
    this.#keep(response)
    this.#runner.input(response.status < 200 ? 'sendProvisional' : isSuccess ? 'sendSuccess' : 'sendFailure')
    return true
  }

  /** A repeat of the request. */
  receiveRepeat(): void {
    this.#runner.input('request')
  }

  /** An ACK with the key of this transaction; false when it is not for it. */
  receiveAck(ack: SipRequest): boolean {
    if (this.#status !== undefined && !isAckOf(ack, this)) return false
    // Some peers acknowledge a 2xx on the branch of its INVITE. Who does not listen here knows the ACK by its dialog.
    if (this.#runner.stateName === 'accepted' && !this.#listener.onAck) return false
    this.#ack = ack
    this.#runner.input('ack')
    this.#ack = undefined
    return true
  }

  receiveCancel(cancel: SipRequest): void {
    this.#listener.onCancel?.(cancel)
  }

  /** Forgets the transaction without a word to the peer. */
  abandon(): void {
    this.#runner.abandon()
  }

  /** For the runner. */
  act(output: string): void {
    if (output === 'sendTrying' && this.#request) this.respond(createResponse(this.#request, 100))
    else if (output === 'deliver' && this.#ack) this.#listener.onAck?.(this.#ack)
    else if (output === 'sendResponse') this.#send()
  }

  /** For the runner. */
  failed(): void {
    this.#listener.onSendFailed?.()
  }

  /** For the runner. */
  end(): void {
    this.#ended()
    this.#listener.onEnd?.(this.#runner.failure ?? 'done')
    this.#listener = noListener
  }

  #keep(response: SipResponse): void {
    this.#octets = serialise(response)
    this.#status = response.status
    this.#request = undefined
    if (response.status >= 200) this.#listener = withoutCancel(this.#listener)
  }

  #send(): void {
    // A repeat of the request that comes before any answer is told that we are at it.
    if (this.#request) this.#keep(createResponse(this.#request, 100))
    if (this.#octets) this.#transport.sendResponse(this.#octets, this.#path, () => this.#runner.input('transportError'))
  }
}
