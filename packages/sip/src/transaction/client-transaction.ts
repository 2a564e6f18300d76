import { createAck, createCancel } from '../message/build.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { serialise } from '../message/serialise.ts'
import type { Target } from '../transport/flow.ts'
import { inviteClient } from './invite-client.ts'
import type { Input } from './machine.ts'
import { nonInviteClient } from './non-invite-client.ts'
import { TransactionRunner } from './runner.ts'
import type { Timing } from './timing.ts'
import type { Scheduler, TransportPort } from './transport-port.ts'

/** Why nothing more comes: it ended as it should, nobody answered (as 408: RFC 3261 §8.1.3.1), or it could not be sent (as 503). */
export type ClientEnd = 'done' | 'timedOut' | 'transportFailed'

export type ClientListener = {
  /** Every response but retransmissions: provisional ones, then one final; to an INVITE also further 2xx, of other forks (§13.2.2.4). */
  onResponse(response: SipResponse): void
  /** Exactly once, the last call. */
  onEnd(end: ClientEnd): void
}

export type ClientOptions = {
  readonly request: SipRequest
  readonly octets: Buffer
  readonly target: Target
  readonly listener: ClientListener
  readonly timing: Timing
  readonly scheduler: Scheduler
  readonly transport: TransportPort
  /** Sends a request in a transaction of its own, on the route of this one. */
  readonly sendCancel: (cancel: SipRequest) => void
  readonly ended: () => void
}

/** One request of ours and its answers (RFC 3261 §17.1). After the final answer it keeps no message, but what it may have to repeat. */
export class ClientTransaction {
  /** Where the request went, which may be over TCP where UDP was asked for. */
  readonly target: Target
  readonly #transport: TransportPort
  readonly #listener: ClientListener
  readonly #runner: TransactionRunner<string>
  readonly #sendCancel: (cancel: SipRequest) => void
  readonly #ended: () => void
  /** Kept until the final answer. */
  #request: SipRequest | undefined
  /** What is repeated: the request, after a refused INVITE its ACK. */
  #octets: Buffer
  /** The response at hand. */
  #response: SipResponse | undefined
  #cancel: 'tooEarly' | 'wanted' | 'possible' | 'tooLate' = 'tooEarly'
  #prepareCancel: ((cancel: SipRequest) => void) | undefined

  constructor(options: ClientOptions) {
    this.target = options.target
    this.#transport = options.transport
    this.#listener = options.listener
    this.#sendCancel = options.sendCancel
    this.#ended = options.ended
    this.#request = options.request
    this.#octets = options.octets
    const isInvite = options.request.method === 'INVITE'
    if (!isInvite) this.#cancel = 'tooLate'
    const machine = isInvite ? inviteClient : nonInviteClient
    this.#runner = new TransactionRunner<string>({ machine, timing: options.timing, scheduler: options.scheduler, actor: this })
  }

  get isTerminated(): boolean {
    return this.#runner.isTerminated
  }

  start(): void {
    this.#runner.input('start')
  }

  receive(response: SipResponse): void {
    const isFinal = response.status >= 200
    const isWanted = this.#cancel === 'wanted'
    if (isFinal) this.#cancel = 'tooLate'
    else if (this.#cancel !== 'tooLate') this.#cancel = 'possible'
    this.#response = response
    this.#runner.input(classOf(response.status))
    this.#response = undefined
    if (isFinal) this.#request = undefined
    else if (isWanted) this.cancel()
  }

  /**
   * Cancels an INVITE (RFC 3261 §9.1): at once when it has been answered provisionally, else as soon as it is; not at all after a
   * final response, and once only. The final response, 487 or a 2xx that crossed, still comes to the listener.
   * @param prepare adds what the CANCEL is to carry, such as a Reason
   */
  cancel(prepare?: (cancel: SipRequest) => void): void {
    this.#prepareCancel ??= prepare
    if (this.#cancel === 'tooEarly') this.#cancel = 'wanted'
    if (this.#cancel !== 'possible' || !this.#request || this.isTerminated) return
    this.#cancel = 'tooLate'
    const cancel = createCancel(this.#request)
    this.#prepareCancel?.(cancel)
    this.#sendCancel(cancel)
    this.#runner.input('cancelled')
  }

  /** Forgets the transaction without a word to anyone: the listener hears `done`. */
  abandon(): void {
    this.#runner.abandon()
  }

  /** For the runner. */
  act(output: string): void {
    if (output === 'sendRequest') this.#send()
    else if (output === 'sendAck') this.#sendAck()
    else if (output === 'deliver' && this.#response) this.#listener.onResponse(this.#response)
  }

  /** For the runner: no failure of a client transaction leaves it alive. */
  failed(): void {}

  /** For the runner. */
  end(): void {
    this.#ended()
    this.#listener.onEnd(this.#runner.failure ?? 'done')
  }

  /** Repeats of the refusal are answered with the same ACK, when the messages are gone. */
  #sendAck(): void {
    if (this.#request && this.#response) this.#octets = serialise(createAck(this.#request, this.#response))
    this.#send()
  }

  #send(): void {
    this.#transport.sendRequest(this.#octets, this.target, () => this.#runner.input('transportError'))
  }
}

function classOf(status: number): Input {
  if (status < 200) return 'provisional'
  return status < 300 ? 'success' : 'failure'
}
