import type { SipRequest, SipResponse } from '../message/message.ts'
import type { Target } from '../transport/flow.ts'
import type { ClientEnd, ClientListener, ClientTransaction } from './client-transaction.ts'
import type { TransactionLayer } from './transaction-layer.ts'

export type FailoverOptions = {
  readonly layer: TransactionLayer
  /** First choice first, as RFC 3263 gives them. */
  readonly targets: readonly Target[]
  /** Makes the request anew for each attempt: the one before belongs to its transaction, and says a Contact for its own target. */
  readonly build: (target: Target) => SipRequest
  /** Hears one request only, whichever attempt it was; `noTarget` when there is none to try. */
  readonly listener: Omit<ClientListener, 'onEnd'> & { onEnd(end: ClientEnd | 'noTarget'): void }
}

/** A request that goes to one target after the other until one takes it (RFC 3263 §4.3). */
export class FailoverRequest {
  readonly #options: FailoverOptions
  readonly #remaining: Target[]
  #transaction: ClientTransaction | undefined
  /** Something but 100 was heard from the present target: it is the one. */
  #isSettled = false
  #isCancelled = false

  constructor(options: FailoverOptions) {
    this.#options = options
    this.#remaining = [...options.targets]
    this.#tryNext('noTarget')
  }

  /** The transaction of the present attempt; undefined when there was no target. */
  get transaction(): ClientTransaction | undefined {
    return this.#transaction
  }

  /** Cancels the present attempt, and tries no other. */
  cancel(prepare?: (cancel: SipRequest) => void): void {
    this.#isCancelled = true
    this.#transaction?.cancel(prepare)
  }

  #tryNext(lastEnd: ClientEnd | 'noTarget'): void {
    const target = this.#remaining.shift()
    if (target) this.#attempt(target, lastEnd)
    else this.#options.listener.onEnd(lastEnd)
  }

  #attempt(target: Target, lastEnd: ClientEnd | 'noTarget'): void {
    const { layer, build } = this.#options
    let isOver = false
    let transaction: ClientTransaction | undefined
    const listener: ClientListener = {
      onResponse: (response) => {
        if (isOver) return
        isOver = this.#isPassedOn(response)
        if (isOver) this.#tryNext('done')
        else this.#deliver(response)
      },
      onEnd: (end) => {
        if (isOver) return
        isOver = true
        const wasMovedToTcp = target.protocol === 'UDP' && transaction?.target.protocol === 'TCP'
        if (wasMovedToTcp && end !== 'done') this.#remaining.unshift({ ...target, keepProtocol: true })
        if (end === 'done' || this.#isSettled || this.#isCancelled) this.#options.listener.onEnd(end)
        else this.#tryNext(end)
      },
    }
    transaction = layer.request(build(target), target, listener)
    if (!transaction) this.#tryNext(lastEnd)
    // A send that fails at once has gone on to the next target already.
    else if (!isOver) this.#transaction = transaction
  }

  /** 503 says that this target is overloaded, not that the request is refused (RFC 3263 §4.3, RFC 3261 §21.5.4). */
  #isPassedOn({ status }: SipResponse): boolean {
    return status === 503 && !this.#isSettled && !this.#isCancelled && this.#remaining.length > 0
  }

  #deliver(response: SipResponse): void {
    this.#isSettled ||= response.status !== 100
    this.#options.listener.onResponse(response)
  }
}
