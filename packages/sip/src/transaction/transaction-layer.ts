import { randomBytes } from 'node:crypto'
import { createResponse } from '../message/build.ts'
import { retryAfterHeader } from '../message/fields/numbers.ts'
import { MAGIC_COOKIE, viaHeader } from '../message/fields/via.ts'
import { callIdOf, methodOf, type SipMessage, type SipRequest, type SipResponse, toTagOf } from '../message/message.ts'
import { serialise } from '../message/serialise.ts'
import { type Flow, isReliable, type Target } from '../transport/flow.ts'
import { replyPath } from '../transport/via-stamps.ts'
import { type ClientListener, ClientTransaction } from './client-transaction.ts'
import { noCounts, type Screening, type TransactionCounts, type TransactionLayerOptions } from './layer-options.ts'
import { clientKey, clientKeyOf, mergeKeyOf, serverKeyOf } from './matching.ts'
import { type PlacedRequest, placeRequest } from './place-request.ts'
import { GlanceRefuser } from './refuse-at-a-glance.ts'
import { ServerTransaction } from './server-transaction.ts'
import { StatelessTags } from './stateless-tags.ts'
import { reliableTiming, type Timing, unreliableTiming } from './timing.ts'

const MAX_SERVER_TRANSACTIONS = 200_000
/** What a refused peer is told to wait, seconds. */
const RETRY_AFTER_SECONDS = 5

/** Matches messages with transactions (RFC 3261 §17.1.3, §17.2.3) and makes new ones. */
export class TransactionLayer {
  readonly counts: TransactionCounts = noCounts()
  readonly #options: TransactionLayerOptions
  readonly #clients = new Map<string, ClientTransaction>()
  readonly #servers = new Map<string, ServerTransaction>()
  /** Requests outside of dialogs by what their copies share. */
  readonly #origins = new Map<string, ServerTransaction>()
  readonly #statelessTags = new StatelessTags()
  readonly #refuser: GlanceRefuser | undefined

  constructor(options: TransactionLayerOptions) {
    this.#options = options
    const { glance } = options
    this.#refuser = glance && new GlanceRefuser(glance, this.#statelessTags, (key) => this.#servers.has(key))
  }

  get clientCount(): number {
    return this.#clients.size
  }

  get serverCount(): number {
    return this.#servers.size
  }

  /**
   * Sends a request in a new transaction, with a Via of its own on top. The request is the layer's from here. Undefined when no
   * listener reaches the target; the listener then hears nothing.
   */
  request(request: SipRequest, target: Target, listener: ClientListener): ClientTransaction | undefined {
    const branch = `${MAGIC_COOKIE}${this.#newToken()}`
    const placed = this.#place(request, target, branch)
    if (!placed) return undefined
    return this.#startClient({ request, listener, branch, ...placed })
  }

  /** Sends the ACK of a 2xx: a request without a transaction (RFC 3261 §13.2.2.4). Returns its octets, to be repeated with `resend`. */
  sendAck(ack: SipRequest, target: Target): PlacedRequest | undefined {
    const placed = this.#place(ack, target, `${MAGIC_COOKIE}${this.#newToken()}`)
    if (placed) this.resend(placed)
    return placed
  }

  /** Sends octets again that `sendAck` made, for a 2xx that came again. */
  resend({ octets, target }: PlacedRequest): void {
    this.#options.transport.sendRequest(octets, target, () => {})
  }

  /** The first look at a datagram, before it is parsed. @returns whether there is nothing more to be done about it */
  receiveAtAGlance(octets: Buffer, flow: Flow): boolean {
    if (this.#statelessTags.isAck(octets)) return true
    const isRefused = this.#refuser?.refuses(octets, flow) ?? false
    if (isRefused) this.counts.screened++
    return isRefused
  }

  /** Takes a message that the transport received. */
  receive(message: SipMessage, flow: Flow): void {
    if (message.kind === 'response') this.#receiveResponse(message)
    else if (message.method === 'ACK') this.#receiveAck(message, flow)
    else if (message.method === 'CANCEL') this.#receiveCancel(message, flow)
    else this.#receiveRequest(message, flow)
  }

  /** Answers without a transaction (RFC 3261 §8.2.7): the same request gets the same To tag. */
  answerStateless(request: SipRequest, flow: Flow, status: number, prepare?: (response: SipResponse) => void): void {
    const response = createResponse(request, status, { toTag: this.#statelessTag(request) })
    prepare?.(response)
    this.#options.transport.sendResponse(serialise(response), replyPath(request, flow), () => {})
  }

  /** Forgets every transaction and stops every timer; listeners hear their end. */
  close(): void {
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.abandon()
  }

  #receiveResponse(response: SipResponse): void {
    // More than one Via: it is for someone behind us, and we are no proxy (RFC 3261 §8.1.3.3).
    if (response.headers.all(viaHeader)?.length !== 1) {
      this.counts.wrongViaResponses++
      return
    }
    const client = this.#clients.get(clientKeyOf(response) ?? '')
    if (client) {
      client.receive(response)
      return
    }
    this.counts.strayResponses++
    const isSuccess = response.status >= 200 && response.status < 300
    if (isSuccess && methodOf(response) === 'INVITE') this.#options.user.onStraySuccess(response)
  }

  #receiveAck(ack: SipRequest, flow: Flow): void {
    const invite = this.#servers.get(serverKeyOf(ack) ?? '')
    if (!invite?.receiveAck(ack)) this.#options.user.onAck(ack, flow)
  }

  #receiveCancel(cancel: SipRequest, flow: Flow): void {
    const key = serverKeyOf(cancel)
    const repeated = this.#servers.get(key ?? '')
    const invite = this.#servers.get(serverKeyOf(cancel, 'INVITE') ?? '')
    if (repeated) repeated.receiveRepeat()
    else if (!invite || !key) {
      this.counts.strayCancels++
      this.answerStateless(cancel, flow, 481)
    } else {
      const toTag = invite.toTag ?? this.#statelessTag(cancel)
      this.#startServer(key, cancel, flow).respond(createResponse(cancel, 200, { toTag }))
      invite.receiveCancel(cancel)
    }
  }

  #receiveRequest(request: SipRequest, flow: Flow): void {
    const key = serverKeyOf(request)
    const repeated = this.#servers.get(key ?? '')
    const mergeKey = mergeKeyOf(request)
    if (key === undefined) return
    if (repeated) repeated.receiveRepeat()
    else if (mergeKey !== undefined && this.#origins.has(mergeKey)) {
      this.counts.mergedRequests++
      this.answerStateless(request, flow, 482)
    } else if (this.#servers.size >= this.#roomFor(request)) {
      this.counts.refusedByLoad++
      this.#refuse(request, flow, { status: 503, retryAfterSeconds: RETRY_AFTER_SECONDS })
    } else {
      const screening = this.#options.screen?.(request, flow) ?? 'pass'
      if (screening === 'pass') this.#options.user.onRequest(request, this.#startServer(key, request, flow, mergeKey))
      else {
        this.counts.screened++
        if (screening !== 'drop') this.#refuse(request, flow, screening)
      }
    }
  }

  /** Where new requests fill it, those of live calls find room still. */
  #roomFor(request: SipRequest): number {
    const { maxServerTransactions = MAX_SERVER_TRANSACTIONS } = this.#options
    return toTagOf(request) === undefined ? maxServerTransactions : 2 * maxServerTransactions
  }

  #refuse(request: SipRequest, flow: Flow, { status, retryAfterSeconds }: Exclude<Screening, string>): void {
    this.answerStateless(request, flow, status, ({ headers }) => {
      if (retryAfterSeconds !== undefined) headers.set(retryAfterHeader, { seconds: retryAfterSeconds })
    })
  }

  #startServer(key: string, request: SipRequest, flow: Flow, mergeKey?: string): ServerTransaction {
    const transaction = new ServerTransaction({
      request,
      flow,
      timing: this.#timing(isReliable(flow.protocol)),
      scheduler: this.#options.scheduler,
      transport: this.#options.transport,
      ended: () => {
        this.#servers.delete(key)
        if (mergeKey !== undefined) this.#origins.delete(mergeKey)
      },
    })
    this.#servers.set(key, transaction)
    if (mergeKey !== undefined) this.#origins.set(mergeKey, transaction)
    transaction.start()
    return transaction
  }

  #startClient(
    parts: PlacedRequest & { readonly request: SipRequest; readonly branch: string; readonly listener: ClientListener },
  ): ClientTransaction {
    const { request, branch, target } = parts
    const key = clientKey(branch, request.method)
    const transaction = new ClientTransaction({
      ...parts,
      timing: this.#timing(isReliable(target.protocol)),
      scheduler: this.#options.scheduler,
      transport: this.#options.transport,
      sendCancel: (cancel) => this.#startClient({ request: cancel, octets: serialise(cancel), target, branch, listener: ignoreAnswers }),
      ended: () => this.#clients.delete(key),
    })
    this.#clients.set(key, transaction)
    transaction.start()
    return transaction
  }

  #place(request: SipRequest, target: Target, branch: string): PlacedRequest | undefined {
    const placed = placeRequest(request, { target, branch, transport: this.#options.transport })
    if (!placed) this.counts.unroutable++
    return placed
  }

  #timing(reliable: boolean): Timing {
    const timing = this.#options.timing ?? (reliable ? reliableTiming : unreliableTiming)
    return timing.isReliable === reliable ? timing : { ...timing, isReliable: reliable }
  }

  #statelessTag(request: SipRequest): string {
    return this.#statelessTags.make(serverKeyOf(request) ?? '', callIdOf(request))
  }

  #newToken(): string {
    return this.#options.newToken?.() ?? randomBytes(12).toString('hex')
  }
}

/** A CANCEL's own answer says nothing: what became of the INVITE is told by the INVITE's (RFC 3261 §9.1). */
const ignoreAnswers: ClientListener = { onResponse: () => {}, onEnd: () => {} }
