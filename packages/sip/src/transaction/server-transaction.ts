import { createResponse } from '../message/build.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { toTagOf } from '../message/message.ts'
import { serialise } from '../message/serialise.ts'
import type { Flow } from '../transport/flow.ts'
import { inviteServer } from './invite-server.ts'
import { isAckOf } from './matching.ts'
import { nonInviteServer } from './non-invite-server.ts'
import { type RunnerOptions, TransactionRunner } from './runner.ts'

/** How it ended: as it should, without an ACK to our refusal, or because answers could not be sent. */
export type ServerEnd = 'done' | 'timedOut' | 'transportFailed'

export type ServerListener = {
  /** The ACK to a 2xx, when it is found by its transaction (RFC 2543 peers); others come to the user of the layer. */
  onAck?(ack: SipRequest): void
  /** A CANCEL, already answered 200: whoever has not answered yet answers 487 (RFC 3261 §9.2). */
  onCancel?(cancel: SipRequest): void
  /** An answer could not be sent; the transaction may go on, because the peer may ask again. */
  onSendFailed?(): void
  /** Exactly once, the last call. */
  onEnd?(end: ServerEnd): void
}

export type ServerOptions = Omit<RunnerOptions<string>, 'machine' | 'act' | 'failed'> & {
  readonly request: SipRequest
  readonly flow: Flow
  readonly send: (response: SipResponse, octets: Buffer, failed: () => void) => void
}

/** One request of a peer and our answers (RFC 3261 §17.2). */
export class ServerTransaction {
  readonly request: SipRequest
  /** What the request came on. */
  readonly flow: Flow
  readonly #options: ServerOptions
  readonly #runner: TransactionRunner<string>
  #listener: ServerListener = {}
  /** The last response, as it is repeated. */
  #response: SipResponse | undefined
  #octets: Buffer | undefined
  #ack: SipRequest | undefined

  constructor(options: ServerOptions) {
    this.request = options.request
    this.flow = options.flow
    this.#options = options
    this.#runner = new TransactionRunner<string>({
      machine: options.request.method === 'INVITE' ? inviteServer : nonInviteServer,
      timing: options.timing,
      scheduler: options.scheduler,
      ended: () => this.#end(),
      act: (output) => this.#act(output),
      failed: () => this.#listener.onSendFailed?.(),
    })
  }

  get isTerminated(): boolean {
    return this.#runner.isTerminated
  }

  /** Status of the last response sent; undefined before the first. */
  get status(): number | undefined {
    return this.#response?.status
  }

  /** To tag of the last response, which the answer to a CANCEL shares (RFC 3261 §9.2). */
  get toTag(): string | undefined {
    return this.#response && toTagOf(this.#response)
  }

  listen(listener: ServerListener): void {
    this.#listener = listener
  }

  start(): void {
    this.#runner.input('start')
  }

  /**
   * Sends a response. Returns false, and sends nothing, when it comes too late: after a final one, but for 2xx, which their user repeats
   * until the ACK (RFC 3261 §13.3.1.4).
   */
  respond(response: SipResponse): boolean {
    const isFinal = this.#response !== undefined && this.#response.status >= 200
    const isSuccess = response.status >= 200 && response.status < 300
    const isRepeatedSuccess = this.#runner.stateName === 'accepted' && isSuccess
    if (this.isTerminated || (isFinal && !isRepeatedSuccess)) return false
    if (this.#response !== response) this.#octets = serialise(response)
    this.#response = response
    this.#runner.input(response.status < 200 ? 'sendProvisional' : isSuccess ? 'sendSuccess' : 'sendFailure')
    return true
  }

  /** A repeat of the request. */
  receiveRepeat(): void {
    this.#runner.input('request')
  }

  /** An ACK with the key of this transaction; false when it is not for it. */
  receiveAck(ack: SipRequest): boolean {
    if (this.#response && !isAckOf(ack, toTagOf(this.#response))) return false
    this.#ack = ack
    this.#runner.input('ack')
    return true
  }

  receiveCancel(cancel: SipRequest): void {
    this.#listener.onCancel?.(cancel)
  }

  /** Forgets the transaction without a word to the peer. */
  abandon(): void {
    this.#runner.abandon()
  }

  #act(output: string): void {
    if (output === 'sendTrying') this.respond(createResponse(this.request, 100))
    else if (output === 'deliver' && this.#ack) this.#listener.onAck?.(this.#ack)
    else if (output === 'sendResponse') this.#sendAgain()
  }

  /** A repeat that comes before any answer is told that we are at it. */
  #sendAgain(): void {
    if (!this.#response || !this.#octets) {
      this.#response = createResponse(this.request, 100)
      this.#octets = serialise(this.#response)
    }
    this.#options.send(this.#response, this.#octets, () => this.#runner.input('transportError'))
  }

  #end(): void {
    this.#options.ended()
    this.#listener.onEnd?.(this.#runner.failure ?? 'done')
  }
}
