import {
  AnswerRepeater,
  createDialogResponse,
  createResponse,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  uasDialog,
} from '@voipbin/sip'
import { newToken, realScheduler } from '../signalling/endpoint.ts'
import { type CallCore, reasonOf } from './call-core.ts'
import type { SdpWish } from './negotiation.ts'

/** The INVITE that begins a call to us, until we have answered it and that was acknowledged (RFC 3261 §13.3). */
export class IncomingInvite {
  readonly invite: SipRequest
  readonly #core: CallCore
  readonly #transaction: ServerTransaction
  readonly #toTag = newToken()
  /** What was said of media, and is said again in later responses. */
  #body: Uint8Array | undefined
  #isAnswerDue = false
  #repeater: AnswerRepeater | undefined

  constructor(core: CallCore, invite: SipRequest, transaction: ServerTransaction) {
    this.#core = core
    this.invite = invite
    this.#transaction = transaction
    transaction.listen({ onCancel: (cancel) => this.#cancelled(cancel), onAck: (ack) => this.acknowledge(ack) })
  }

  /** 180, or another provisional response without a body. */
  ring(status = 180): void {
    this.#respond(status, undefined)
  }

  /** 183: what we say is heard before we answer. False when there is no offer that we can take. */
  progress(status = 183, wish: SdpWish = {}): boolean {
    if (this.invite.body.length === 0 || !this.#describe(wish)) return false
    this.#respond(status, this.#body)
    return true
  }

  answer(wish: SdpWish = {}): void {
    const core = this.#core
    if (core.ended || core.isAnswered) return
    if (!this.#body && !this.#describe(wish)) return
    const response = this.#respond(200, this.#body)
    this.#repeater = new AnswerRepeater({
      scheduler: realScheduler,
      send: () => this.#transaction.respond(response),
      unacknowledged: () => this.#unacknowledged(),
    })
  }

  /** With any final response but 2xx. */
  reject(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (this.#core.ended || this.#core.isAnswered) return
    const response = createResponse(this.invite, status, { toTag: this.#toTag })
    for (const [name, value] of Object.entries(headers)) response.headers.append(name, value)
    this.#transaction.respond(response)
    this.#core.finish({ by: 'local', status, reason: '', text: `rejected with ${status} ${response.reason}` })
  }

  /** The ACK of our 200. */
  acknowledge(ack: SipRequest): void {
    this.#repeater?.stop()
    this.#repeater = undefined
    if (this.#isAnswerDue) {
      this.#isAnswerDue = false
      const media = this.#core.negotiation.readAnswer(ack.body)
      if (!('kind' in media)) this.#core.agree(media)
    }
    this.#core.answered()
  }

  /** The call is over, whichever way. */
  close(): void {
    this.#repeater?.stop()
  }

  /** Our answer to the offer, or our offer where there was none; false after a 488. */
  #describe(wish: SdpWish): boolean {
    const { negotiation } = this.#core
    if (this.invite.body.length === 0) {
      this.#isAnswerDue = true
      this.#body = negotiation.offer(wish)
      return true
    }
    const answer = negotiation.answer(this.invite.body, wish)
    if (answer.kind === 'refused') {
      this.reject(488, { Warning: `399 phone "${answer.reason}"` })
      return false
    }
    this.#body = answer.body
    this.#core.agree(answer.media)
    return true
  }

  #respond(status: number, body: Uint8Array | undefined): SipResponse {
    const { contact } = this.#core
    const response = createDialogResponse(this.invite, status, { toTag: this.#toTag, contact, ...(body && { body }) })
    if (body) response.headers.setRaw('Content-Type', 'application/sdp')
    const dialog = uasDialog(this.invite, { status, toTag: this.#toTag })
    if (dialog) this.#core.adopt(dialog)
    this.#transaction.respond(response)
    return response
  }

  #cancelled(cancel: SipRequest): void {
    const core = this.#core
    if (!this.#transaction.respond(createResponse(this.invite, 487, { toTag: this.#toTag }))) return
    core.finish({ by: 'remote', status: 0, reason: reasonOf(cancel), text: 'cancelled by the caller' })
  }

  async #unacknowledged(): Promise<void> {
    const core = this.#core
    await core.dialog?.request('BYE')
    core.finish({ by: 'network', status: 0, reason: '', text: 'no ACK for the answer' })
  }
}
