import {
  afterRefresh,
  type Dialog,
  dialogId,
  glareDelayMs,
  receiveInDialog,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
} from '@voipbin/sip'
import { AcknowledgedAnswer, type Answered } from './acknowledged-answer.ts'
import { giveReason } from './capabilities.ts'
import { DialogRequests } from './dialog-requests.ts'
import { answerInDialog } from './in-dialog.ts'
import { OurReinvite } from './our-reinvite.ts'
import type { SessionOptions, SessionPort } from './session-port.ts'
import type { DialogUser, Peer } from './sip-parts.ts'
import { targetOfFlow } from './targets.ts'

/** One dialog and the session in it (RFC 3261 §12–§15): what either side asks of the other between the INVITE and the BYE. */
export class Session implements DialogUser, SessionPort {
  readonly options: SessionOptions
  readonly requests: DialogRequests
  #dialog: Dialog
  #peer: Peer
  #answer: AcknowledgedAnswer | undefined
  #reinvite: OurReinvite | undefined
  #stopWaiting: (() => void) | undefined
  #isOver = false

  constructor(options: SessionOptions) {
    this.options = options
    this.#dialog = options.dialog
    this.#peer = options.peer
    this.requests = new DialogRequests(this)
    options.parts.dialogs.set(dialogId(options.dialog), this)
  }

  get dialog(): Dialog {
    return this.#dialog
  }

  set dialog(dialog: Dialog) {
    this.#dialog = dialog
  }

  get peer(): Peer {
    return this.#peer
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** An INVITE of ours is under way, or an offer of ours waits for the ACK that answers it; one of theirs waits for its first answer. */
  get pendingInvites(): { readonly ours: boolean; readonly theirs: boolean } {
    const isOffering = this.#reinvite?.isUnderWay === true || this.#answer?.isOfferOurs === true
    return { ours: isOffering, theirs: this.#dialog.state === 'early' }
  }

  confirm(): void {
    this.#dialog = { ...this.#dialog, state: 'confirmed' }
  }

  receive(request: SipRequest, transaction: ServerTransaction): void {
    const verdict = receiveInDialog(this.#dialog, request)
    if (verdict.verdict === 'in order') {
      this.#dialog = verdict.dialog
      this.#peer = { target: targetOfFlow(transaction.flow) }
    }
    answerInDialog(this, request, { transaction, isInOrder: verdict.verdict === 'in order' })
  }

  /** Moves the remote target after an accepted request, or a 2xx of the peer, that says where it is now. */
  refresh(method: string, message: SipRequest | SipResponse): void {
    this.#dialog = afterRefresh(this.#dialog, method, message)
  }

  /** Repeats a 2xx of ours until its ACK comes. Whoever sends the next INVITE has the 2xx before, though its ACK is late, or lost. */
  repeatUntilAck(answered: Answered): void {
    const before = this.#answer
    const answer = new AcknowledgedAnswer(this.options.parts.clock, {
      ...answered,
      done: (ack) => {
        if (this.#answer === answer) this.#answer = undefined
        answered.done(ack)
        this.#renegotiate()
      },
    })
    this.#answer = answer
    before?.acknowledge(answered.invite)
  }

  acknowledge(ack: SipRequest): void {
    if (this.#answer?.isAckedBy(ack)) this.#answer.acknowledge(ack)
  }

  acknowledgeAgain(response: SipResponse): void {
    this.requests.acknowledgeAgain(response)
  }

  /** Holds the peer, or takes it back: by an offer of ours, now or as soon as one may be sent. */
  hold(isHolding: boolean): void {
    this.options.media.isHolding = isHolding
    this.#reinvite ??= new OurReinvite(this, () => this.#renegotiate())
    this.#reinvite.isWanted = true
    this.#renegotiate()
  }

  /** After a 491: once more, when the other side's had its time (RFC 3261 §14.1). */
  waitOutGlare(): void {
    this.#stopWaiting = this.options.parts.clock.after(glareDelayMs(this.#dialog), () => {
      this.#stopWaiting = undefined
      this.#renegotiate()
    })
  }

  /** Whether the peer still knows the dialog. */
  isAlive(): Promise<boolean> {
    return new Promise((resolve) =>
      this.requests.send('OPTIONS', {}, (response) => resolve(response !== undefined && response.status !== 481)),
    )
  }

  bye(cause: number, text: string): void {
    if (this.#isOver) return
    this.close()
    this.requests.send('BYE', { prepare: (bye) => giveReason(bye, cause, text) }, () => {})
  }

  /** Nothing more is taken in this dialog, and nothing repeated. */
  close(): void {
    this.#isOver = true
    this.requests.cancelInvite()
    this.#answer?.stop()
    this.#stopWaiting?.()
    this.options.parts.dialogs.delete(dialogId(this.#dialog))
  }

  #renegotiate(): void {
    if (this.#isOver || this.#answer || this.#stopWaiting || this.#dialog.state === 'early') return
    this.#reinvite?.send()
  }
}
