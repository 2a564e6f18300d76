import { createAck, createCancel } from '../message/build.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { serialise } from '../message/serialise.ts'
import type { Target } from '../transport/flow.ts'
import { inviteClient } from './invite-client.ts'
import type { Input } from './machine.ts'
import { nonInviteClient } from './non-invite-client.ts'
import { type RunnerOptions, TransactionRunner } from './runner.ts'

/** Why nothing more comes: it ended as it should, nobody answered (as 408: RFC 3261 §8.1.3.1), or it could not be sent (as 503). */
export type ClientEnd = 'done' | 'timedOut' | 'transportFailed'

export type ClientListener = {
  /** Every response but retransmissions: provisional ones, then one final; to an INVITE also further 2xx, of other forks (§13.2.2.4). */
  onResponse(response: SipResponse): void
  /** Exactly once, the last call. */
  onEnd(end: ClientEnd): void
}

export type ClientOptions = Omit<RunnerOptions<string>, 'machine' | 'act'> & {
  readonly request: SipRequest
  readonly octets: Buffer
  readonly target: Target
  readonly listener: ClientListener
  readonly send: (octets: Buffer, failed: () => void) => void
  /** Sends a request in a transaction of its own, on the route of this one. */
  readonly sendCancel: (cancel: SipRequest) => void
}

/** One request of ours and its answers (RFC 3261 §17.1). */
export class ClientTransaction {
  /** As sent, Via included. */
  readonly request: SipRequest
  /** Where it went: an ACK or CANCEL goes there too. */
  readonly target: Target
  readonly #options: ClientOptions
  readonly #runner: TransactionRunner<string>
  #response: SipResponse | undefined
  #ack: Buffer | undefined
  #cancel: 'no' | 'wanted' | 'sent' = 'no'
  #hasFinal = false

  constructor(options: ClientOptions) {
    this.request = options.request
    this.target = options.target
    this.#options = options
    const machine = options.request.method === 'INVITE' ? inviteClient : nonInviteClient
    this.#runner = new TransactionRunner<string>({
      machine,
      timing: options.timing,
      scheduler: options.scheduler,
      ended: () => this.#end(),
      act: (output) => this.#act(output),
    })
  }

  get isTerminated(): boolean {
    return this.#runner.isTerminated
  }

  start(): void {
    this.#runner.input('start')
  }

  receive(response: SipResponse): void {
    this.#response = response
    if (response.status >= 200) this.#hasFinal = true
    this.#runner.input(classOf(response.status))
    if (this.#cancel === 'wanted') this.cancel()
  }

  /**
   * Cancels an INVITE (RFC 3261 §9.1): at once when it has been answered provisionally, else as soon as it is; not at all after a
   * final response. The final response, 487 or a 2xx that crossed, still comes to the listener.
   */
  cancel(): void {
    if (this.request.method !== 'INVITE' || this.#hasFinal || this.#cancel === 'sent' || this.isTerminated) return
    if (!this.#response) {
      this.#cancel = 'wanted'
      return
    }
    this.#cancel = 'sent'
    this.#options.sendCancel(createCancel(this.request))
    this.#runner.input('cancelled')
  }

  /** Forgets the transaction without a word to anyone: the listener hears `done`. */
  abandon(): void {
    this.#runner.abandon()
  }

  #act(output: string): void {
    if (output === 'sendRequest') this.#send(this.#options.octets)
    else if (output === 'sendAck') this.#sendAck()
    else if (output === 'deliver' && this.#response) this.#options.listener.onResponse(this.#response)
  }

  #sendAck(): void {
    if (!this.#response) return
    this.#ack ??= serialise(createAck(this.request, this.#response))
    this.#send(this.#ack)
  }

  #send(octets: Buffer): void {
    this.#options.send(octets, () => this.#runner.input('transportError'))
  }

  #end(): void {
    this.#options.ended()
    this.#options.listener.onEnd(this.#runner.failure ?? 'done')
  }
}

function classOf(status: number): Input {
  if (status < 200) return 'provisional'
  return status < 300 ? 'success' : 'failure'
}
