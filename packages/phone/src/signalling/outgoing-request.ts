import type { ClientEnd, ClientTransaction, DigestClient, SipRequest, SipResponse, Target } from '@voipbin/sip'
import type { Endpoint } from './endpoint.ts'

/** What a request came to that got no final response. */
export type NoReply = Exclude<ClientEnd, 'done'> | 'unreachable'

export type OutgoingRequestOptions = {
  readonly endpoint: Endpoint
  readonly target: Target
  /** Makes the request anew for each attempt, with a CSeq of its own. */
  readonly build: () => SipRequest
  /** Answers challenges; without one a 401 is final. */
  readonly digest: DigestClient | undefined
  /** Every response but a challenge that was answered, with the request that it is of. */
  readonly onResponse: (response: SipResponse, request: SipRequest) => void
  /** No final response came, or will. */
  readonly onNoReply: (reason: NoReply) => void
}

const isChallenge = ({ status }: SipResponse): boolean => status === 401 || status === 407

/** One request of ours, sent again with credentials when it is challenged (RFC 3261 §22). */
export class OutgoingRequest {
  readonly #options: OutgoingRequestOptions
  #transaction: ClientTransaction | undefined
  #isFinal = false
  #isCancelled = false

  constructor(options: OutgoingRequestOptions) {
    this.#options = options
    const request = options.build()
    options.digest?.authorise(request)
    this.#send(request)
  }

  /** Cancels an INVITE; its final response still comes. */
  cancel(): void {
    this.#isCancelled = true
    this.#transaction?.cancel()
  }

  #send(request: SipRequest): void {
    const { endpoint, target, onNoReply } = this.#options
    let isAnswered = false
    const transaction = endpoint.request(request, target, {
      onResponse: (response) => {
        if (response.status >= 200) isAnswered = true
        this.#receive(response, request)
      },
      onEnd: (end) => {
        if (end !== 'done' && !isAnswered && !this.#isFinal) onNoReply(end)
      },
    })
    if (!transaction) onNoReply('unreachable')
    else if (!isAnswered) this.#transaction = transaction
  }

  #receive(response: SipResponse, request: SipRequest): void {
    if (isChallenge(response) && !this.#isCancelled && this.#answerChallenge(response, request)) return
    if (response.status >= 200) this.#isFinal = true
    this.#options.onResponse(response, request)
  }

  #answerChallenge(response: SipResponse, request: SipRequest): boolean {
    const { digest, build } = this.#options
    if (!digest) return false
    const next = build()
    if (digest.answer(response, request, next) !== 'answered') return false
    this.#send(next)
    return true
  }
}

/** The final response to a request, or why there is none. */
export function exchange(options: Omit<OutgoingRequestOptions, 'onResponse' | 'onNoReply'>): Promise<SipResponse | NoReply> {
  return new Promise((resolve) => {
    const onResponse = (response: SipResponse) => {
      if (response.status >= 200) resolve(response)
    }
    void new OutgoingRequest({ ...options, onResponse, onNoReply: resolve })
  })
}
