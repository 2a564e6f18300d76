import {
  createDialogResponse,
  createResponse,
  type NameAddr,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  uasDialog,
} from '@voipbin/sip'
import type { ChannelLeg } from '../channel/channel-leg.ts'
import type { MediaSession } from '../media/media-session.ts'
import { allowed, giveReason, retryAfter, SDP, USER_AGENT } from './capabilities.ts'
import { contactFor } from './contacts.ts'
import { toldCallId } from './offered.ts'
import { causeIn } from './reason-cause.ts'
import { Session } from './session.ts'
import type { SessionOwner } from './session-port.ts'
import type { SipParts } from './sip-parts.ts'
import { targetOfFlow } from './targets.ts'

export type InboundOptions = {
  readonly parts: SipParts
  readonly request: SipRequest
  readonly transaction: ServerTransaction
  readonly media: MediaSession
  readonly owner: SessionOwner
  /** Address of ours that routes to the peer. */
  readonly localAddress: string
}

/** A proxy between gives up three minutes after it has heard nothing (RFC 3261 §13.3.1.1, Timer C); once a minute is enough. */
const REPEAT_PROVISIONAL_MS = 60_000

/** An INVITE that we answer (RFC 3261 §13.3). */
export class InboundCall implements ChannelLeg {
  readonly sipCallId: string
  readonly session: Session | undefined
  readonly #options: InboundOptions
  readonly #toTag: string
  readonly #contact: NameAddr
  /** Our description, the same in 183 and 200. */
  #description: Uint8Array | undefined
  #stopRepeating: (() => void) | undefined

  constructor(options: InboundOptions) {
    const { parts, request, transaction, media, owner } = options
    this.#options = options
    this.sipCallId = toldCallId(request)
    this.#toTag = parts.newToken()
    const target = targetOfFlow(transaction.flow)
    this.#contact = contactFor(parts.transport, target)
    const dialog = uasDialog(request, { status: 180, toTag: this.#toTag })
    this.session = dialog && new Session({ parts, dialog, peer: { target }, contact: this.#contact, media, owner })
    transaction.listen({ onCancel: (cancel) => owner.observe({ kind: 'cancelled', cause: causeIn(cancel) }) })
  }

  get canHaveEarlyMedia(): boolean {
    return this.#options.request.body.length > 0
  }

  async prepareMedia(affinity: string): Promise<void> {
    const { media, localAddress, transaction } = this.#options
    await media.open({ affinity, localAddress, signallingAddress: transaction.flow.remote.host })
  }

  respond(status: 180 | 183 | 200): void {
    const { transaction, parts } = this.#options
    const response = this.#response(status)
    this.#stopRepeating?.()
    transaction.respond(response)
    if (status === 200) this.#awaitAck(response)
    else {
      const again = () => {
        transaction.respond(response)
        this.#stopRepeating = parts.clock.after(REPEAT_PROVISIONAL_MS, again)
      }
      this.#stopRepeating = parts.clock.after(REPEAT_PROVISIONAL_MS, again)
    }
  }

  refuse({ status, cause, retryAfterS }: Parameters<ChannelLeg['refuse']>[0]): void {
    const { request, transaction } = this.#options
    const response = retryAfter(createResponse(request, status, { toTag: this.#toTag }), retryAfterS)
    transaction.respond(giveReason(response, cause))
  }

  cancel(): void {}

  bye(cause: number, text: string): void {
    this.session?.bye(cause, text)
  }

  hold(isHolding: boolean): void {
    this.session?.hold(isHolding)
  }

  close(): void {
    this.#stopRepeating?.()
    this.session?.close()
  }

  #response(status: number): SipResponse {
    const { request } = this.#options
    const body = status === 200 || (status === 183 && this.canHaveEarlyMedia) ? this.#describe() : undefined
    const response = createDialogResponse(request, status, { toTag: this.#toTag, contact: this.#contact, ...(body && { body }) })
    response.headers.append('Allow', allowed).append('Server', USER_AGENT)
    if (body) response.headers.append('Content-Type', SDP)
    return response
  }

  /** The answer to the offer of the INVITE; an offer of ours where it had none. The offer was judged before, so it can be answered. */
  #describe(): Uint8Array | undefined {
    const { media, request } = this.#options
    if (this.#description) return this.#description
    const answered = this.canHaveEarlyMedia ? media.answer(request.body) : { kind: 'agreed' as const, body: media.offer() }
    if (answered.kind === 'agreed') this.#description = answered.body
    return this.#description
  }

  #awaitAck(response: SipResponse): void {
    const { owner, request, transaction, media } = this.#options
    const { session } = this
    const isOfferOurs = !this.canHaveEarlyMedia
    session?.confirm()
    session?.repeatUntilAck({
      ...{ invite: request, isOfferOurs, again: () => transaction.respond(response) },
      done: (ack) => {
        if (!ack) owner.observe({ kind: 'unacknowledged' })
        else {
          owner.observe({ kind: 'acknowledged' })
          if (isOfferOurs && media.readAnswer(ack.body).kind === 'refused')
            owner.observe({ kind: 'failed', by: 'network', cause: 88, text: 'no usable answer in the ACK' })
        }
      },
    })
  }
}
