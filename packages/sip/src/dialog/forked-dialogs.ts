import { type SipRequest, type SipResponse, toTagOf } from '../message/message.ts'
import { afterInviteResponse, type Dialog, uacDialog } from './dialog.ts'

/** What a response to our INVITE means for its dialogs. */
export type ForkStep =
  /** A 1xx without a dialog: 100, or without tag. */
  | { readonly kind: 'progress' }
  /** A 1xx of an early dialog, of one that is new or known. */
  | { readonly kind: 'early'; readonly dialog: Dialog; readonly isNew: boolean }
  /** The first 2xx of all: the call. To be acknowledged. */
  | { readonly kind: 'answered'; readonly dialog: Dialog }
  /** A first 2xx of another fork: to be acknowledged and ended by BYE (RFC 3261 §13.2.2.4). */
  | { readonly kind: 'alsoAnswered'; readonly dialog: Dialog }
  /** A 2xx that came before: its ACK is to be sent again. */
  | { readonly kind: 'repeated'; readonly dialog: Dialog }
  /** A final response that is no success: every early dialog is over. */
  | { readonly kind: 'failed'; readonly status: number }
  /** Nothing to be done: malformed, or a 1xx after the answer. */
  | { readonly kind: 'ignored' }

/**
 * Early dialogs of one INVITE beyond this are not kept: a proxy that forks so widely is broken. Nor are so many answers acknowledged, each of
 * which would have us send a BYE, again and again, to whomever it names.
 */
const MAX_FORKS = 32

/** The dialogs that one INVITE of ours makes when it forks, one for each To tag (RFC 3261 §12.1.2, §13.2.2). */
export class ForkedDialogs {
  readonly #invite: SipRequest
  readonly #dialogs = new Map<string, Dialog>()
  #answers = 0

  constructor(invite: SipRequest) {
    this.#invite = invite
  }

  /** Dialogs that are early still: over when another one answers (§13.2.2.4) or the INVITE fails. */
  get early(): readonly Dialog[] {
    return [...this.#dialogs.values()].filter(({ state }) => state === 'early')
  }

  receive(response: SipResponse): ForkStep {
    const tag = toTagOf(response) ?? ''
    const known = this.#dialogs.get(tag)
    if (response.status >= 300) return { kind: 'failed', status: response.status }
    if (response.status >= 200) return this.#receiveAnswer(response, tag, known)
    if (known?.state === 'confirmed') return { kind: 'ignored' }
    const dialog = known ? afterInviteResponse(known, response) : uacDialog(this.#invite, response)
    if (!dialog) return { kind: 'progress' }
    if (!known && this.#dialogs.size >= MAX_FORKS) return { kind: 'ignored' }
    this.#dialogs.set(tag, dialog)
    return { kind: 'early', dialog, isNew: !known }
  }

  #receiveAnswer(response: SipResponse, tag: string, known: Dialog | undefined): ForkStep {
    if (known?.state === 'confirmed') return { kind: 'repeated', dialog: known }
    const dialog = known ? afterInviteResponse(known, response) : uacDialog(this.#invite, response)
    if (!dialog || this.#answers >= MAX_FORKS) return { kind: 'ignored' }
    this.#dialogs.set(tag, dialog)
    this.#answers++
    return { kind: this.#answers === 1 ? 'answered' : 'alsoAnswered', dialog }
  }
}
