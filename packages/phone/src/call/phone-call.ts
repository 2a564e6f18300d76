import type { Direction } from '@voipbin/sdp'
import { glareDelayMs, NO_BODY, type ServerTransaction, type SipRequest, type SipResponse } from '@voipbin/sip'
import type { AudioSession } from '../audio/audio-session.ts'
import { CallNotAnswered, DigitsRefused } from '../errors.ts'
import type { NoReply } from '../signalling/outgoing-request.ts'
import type { CallCore } from './call-core.ts'
import type { CallEnd, CallEvent, CallEvents, TimedCallEvent } from './call-events.ts'
import type { RequestParts } from './dialog-session.ts'
import type { IncomingInvite } from './incoming-invite.ts'
import { infoDigitBody } from './info-digits.ts'
import type { SdpWish } from './negotiation.ts'
import type { OutgoingInvite } from './outgoing-invite.ts'
import { acknowledgeReinvite, noReinvites, receiveInCall } from './receive-in-call.ts'

export type SendDigitsOptions = { readonly method?: 'rfc4733' | 'info'; readonly durationMs?: number; readonly gapMs?: number }

/** A call of the phone, in either direction: begun, answered, ended, and all that is said and heard in between. */
export class PhoneCall {
  readonly direction: 'outgoing' | 'incoming'
  /** Without the brackets; what SIP calls Call-ID. */
  readonly callId: string
  readonly #core: CallCore
  readonly #outgoing: OutgoingInvite | undefined
  readonly #incoming: IncomingInvite | undefined
  readonly #reinvites = noReinvites()

  constructor(
    core: CallCore,
    begun: { readonly outgoing: OutgoingInvite } | { readonly incoming: IncomingInvite; readonly callId: string },
  ) {
    this.#core = core
    this.#outgoing = 'outgoing' in begun ? begun.outgoing : undefined
    this.#incoming = 'incoming' in begun ? begun.incoming : undefined
    this.direction = this.#outgoing ? 'outgoing' : 'incoming'
    this.callId = 'outgoing' in begun ? begun.outgoing.callId : begun.callId
    core.events.onEvent(({ type }) => {
      if (type === 'ended') this.#close()
    })
  }

  get events(): readonly TimedCallEvent[] {
    return this.#core.events.log
  }

  /** What is said and heard. */
  get audio(): AudioSession {
    return this.#core.audio
  }

  /** Digits of the other party so far. */
  get digits(): string {
    return this.#core.digits
  }

  get isAnswered(): boolean {
    return this.#core.isAnswered
  }

  /** Undefined while it lasts. */
  get ended(): CallEnd | undefined {
    return this.#core.ended
  }

  /** What was agreed on, as names; undefined before. */
  get media(): { readonly codec: string; readonly direction: Direction } | undefined {
    const { media } = this.#core
    return media && { codec: media.codecs[0].name, direction: media.direction }
  }

  /** The INVITE that brought the call; undefined for one of our own. */
  get invite(): SipRequest | undefined {
    return this.#incoming?.invite
  }

  onEvent(listener: (event: TimedCallEvent) => void): void {
    this.#core.events.onEvent(listener)
  }

  /** The first (or nth) event of a type. @throws Error when it did not come in time */
  until<T extends CallEvent['type']>(type: T, options?: Parameters<CallEvents['until']>[1]) {
    return this.#core.events.until(type, options)
  }

  /** Resolves when it is answered. @throws CallNotAnswered when it ended instead, WaitTimeout when nothing happened in time */
  async answered(timeoutMs = 10_000): Promise<this> {
    const event = await this.#core.events.untilAny(['answered', 'ended'], { timeoutMs })
    if (event.type === 'ended') throw new CallNotAnswered(event)
    return this
  }

  /** Of a call to us: 180. */
  ring(status?: number): void {
    this.#incoming?.ring(status)
  }

  /** Of a call to us: 183, so that we are heard before the answer. */
  progress(status?: number, wish?: SdpWish): void {
    this.#incoming?.progress(status, wish)
  }

  /** Of a call to us: 200. */
  answer(wish?: SdpWish): void {
    this.#incoming?.answer(wish)
  }

  /** Of a call to us: any final response but 2xx. */
  reject(status: number, headers?: Readonly<Record<string, string>>): void {
    this.#incoming?.reject(status, headers)
  }

  /** Ends it, in whichever way its state asks for; resolves when it is over. */
  async hangUp(headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const core = this.#core
    if (core.ended) return
    const isConfirmed = core.dialog?.dialog.state === 'confirmed'
    if (isConfirmed) {
      const reply = await core.dialog?.request('BYE', { headers })
      const text = reply === undefined || typeof reply === 'string' || reply.status >= 300 ? 'hung up, which was not confirmed' : 'hung up'
      core.finish({ by: 'local', status: 0, reason: '', text })
    } else if (this.#outgoing) {
      this.#outgoing.cancel()
      await this.until('ended', { timeoutMs: 40_000 })
    } else this.reject(480, headers)
  }

  /** Puts the other party on hold. */
  hold(): Promise<number> {
    return this.renegotiate({ direction: 'sendonly' })
  }

  resume(): Promise<number> {
    return this.renegotiate({ direction: 'sendrecv' })
  }

  /**
   * A re-INVITE with these wishes, or with no offer at all; asked again after a glare (RFC 3261 §14.1).
   * @returns the status that it was answered with; 0 for no answer. Anything but 2xx leaves the call as it was
   */
  async renegotiate(wish: SdpWish, { isOfferDelayed = false } = {}): Promise<number> {
    const core = this.#core
    for (;;) {
      if (!core.dialog || core.ended) return 0
      this.#reinvites.ours = true
      const reply = await core.dialog.reinvite({
        body: isOfferDelayed ? NO_BODY : core.negotiation.offer(wish),
        readReply: (response) => this.#readReply(response, isOfferDelayed ? wish : undefined),
      })
      this.#reinvites.ours = false
      if (statusOf(reply) !== 491) return statusOf(reply)
      const delayMs = glareDelayMs(core.dialog.dialog)
      await new Promise((resolve) => setTimeout(resolve, delayMs))
    }
  }

  /** Sends digits one after the other. @throws Error when the other party does not take them */
  async sendDigits(digits: string, { method = 'rfc4733', durationMs = 100, gapMs = 100 }: SendDigitsOptions = {}): Promise<void> {
    if (method === 'rfc4733') return this.audio.sendDigits(digits, { durationMs, gapMs })
    for (const digit of digits) {
      const reply = await this.request('INFO', { contentType: 'application/dtmf-relay', body: infoDigitBody(digit, durationMs) })
      const status = statusOf(reply)
      if (status !== 200) throw new DigitsRefused(`Cannot send digit "${digit}" by INFO: ${status === 0 ? 'no answer' : status}`)
    }
  }

  /** Any request in the call, and what was answered. */
  async request(method: string, parts?: RequestParts): Promise<SipResponse | NoReply> {
    return (await this.#core.dialog?.request(method, parts)) ?? 'unreachable'
  }

  /** Whether a request or response belongs to this call. */
  isOf(dialogId: string | undefined): boolean {
    return dialogId !== undefined && this.#core.dialog?.id === dialogId
  }

  /** For the phone: a request in the call. */
  receive(request: SipRequest, transaction: ServerTransaction): void {
    receiveInCall({ core: this.#core, reinvites: this.#reinvites, request, transaction })
  }

  /** For the phone: an ACK of one of our 2xx. */
  acknowledge(ack: SipRequest): void {
    if (this.#incoming && !this.isAnswered) this.#incoming.acknowledge(ack)
    else acknowledgeReinvite(this.#core, this.#reinvites, ack)
  }

  /** For the phone: a 2xx came again after its transaction was over. */
  acknowledgeAgain(): void {
    this.#core.dialog?.acknowledgeAgain()
  }

  /** For the phone: it is closed, and nobody is told. */
  abandon(): void {
    this.#core.finish({ by: 'local', status: 0, reason: '', text: 'the phone was switched off' })
  }

  #readReply(response: SipResponse, answering: SdpWish | undefined): Uint8Array | undefined {
    const core = this.#core
    if (answering) {
      const answer = core.negotiation.answer(response.body, answering)
      if (answer.kind === 'refused') return undefined
      core.agree(answer.media)
      return answer.body
    }
    const media = core.negotiation.readAnswer(response.body)
    if (!('kind' in media)) core.agree(media)
    return undefined
  }

  #close(): void {
    this.#incoming?.close()
    this.#reinvites.repeater?.stop()
  }
}

const statusOf = (reply: SipResponse | NoReply): number => (typeof reply === 'string' ? 0 : reply.status)
