import type { NegotiatedMedia } from '@voipbin/sdp'
import type { Dialog, DigestClient, NameAddr, SipRequest, SipResponse } from '@voipbin/sip'
import type { AudioSession } from '../audio/audio-session.ts'
import type { Endpoint } from '../signalling/endpoint.ts'
import type { NoReply } from '../signalling/outgoing-request.ts'
import { noReplyTexts } from '../signalling/registration.ts'
import { type CallEnd, CallEvents } from './call-events.ts'
import { DialogSession } from './dialog-session.ts'
import type { Negotiation } from './negotiation.ts'

export type CallCoreOptions = {
  readonly endpoint: Endpoint
  readonly audio: AudioSession
  readonly negotiation: Negotiation
  readonly contact: NameAddr
  readonly digest: DigestClient | undefined
}

/** What both ways of a call begin with and go on with: its dialog, its sound, what happened. */
export class CallCore {
  readonly endpoint: Endpoint
  readonly audio: AudioSession
  readonly negotiation: Negotiation
  readonly contact: NameAddr
  readonly digest: DigestClient | undefined
  readonly events = new CallEvents()
  #dialog: DialogSession | undefined
  #media: NegotiatedMedia | undefined
  #isAnswered = false
  #end: CallEnd | undefined
  #digits = ''

  constructor(options: CallCoreOptions) {
    this.endpoint = options.endpoint
    this.audio = options.audio
    this.negotiation = options.negotiation
    this.contact = options.contact
    this.digest = options.digest
  }

  get dialog(): DialogSession | undefined {
    return this.#dialog
  }

  get media(): NegotiatedMedia | undefined {
    return this.#media
  }

  get isAnswered(): boolean {
    return this.#isAnswered
  }

  get ended(): CallEnd | undefined {
    return this.#end
  }

  /** Digits heard so far. */
  get digits(): string {
    return this.#digits
  }

  /** The dialog as a response made or changed it. */
  adopt(dialog: Dialog): DialogSession {
    const { endpoint, contact, digest } = this
    if (this.#dialog && this.#dialog.dialog.remoteTag === dialog.remoteTag) this.#dialog.update(dialog)
    else this.#dialog = new DialogSession({ endpoint, dialog, contact, digest })
    return this.#dialog
  }

  /** From here on as offer and answer say. */
  agree(media: NegotiatedMedia): void {
    const wasOnHold = this.#media?.isOnHold ?? false
    this.#media = media
    this.audio.agree(media)
    this.events.add({ type: 'media', codec: media.codecs[0].name, direction: media.direction })
    if (media.isOnHold !== wasOnHold) this.events.add({ type: media.isOnHold ? 'held' : 'unheld' })
  }

  answered(): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.events.add({ type: 'answered' })
  }

  hear(digit: string, method: 'rfc4733' | 'info'): void {
    this.#digits += digit
    this.events.add({ type: 'digit', digit, method })
  }

  /** The first end counts. */
  finish(end: CallEnd): void {
    if (this.#end) return
    this.#end = end
    this.audio.close()
    this.events.add({ type: 'ended', ...end })
  }

  /** Ended by a final response, or by none. */
  finishWith(reply: SipResponse | NoReply): void {
    if (typeof reply === 'string') this.finish({ by: 'network', status: 0, reason: '', text: noReplyTexts[reply] })
    else this.finish({ by: 'remote', status: reply.status, reason: reasonOf(reply), text: `${reply.status} ${reply.reason}` })
  }
}

/** The Reason header as it came, RFC 3326. */
export const reasonOf = (message: SipRequest | SipResponse): string => message.headers.rawAll('Reason').join(', ')
