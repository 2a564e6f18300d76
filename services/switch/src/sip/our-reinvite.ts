import { contactHeader, type SipRequest, type SipResponse } from '@voipbin/sip'
import { allowed, SDP, USER_AGENT } from './capabilities.ts'
import type { SessionPort } from './session-port.ts'

/** Offers of ours in a dialog that stands (RFC 3261 §14.1): one at a time, again after glare, and again when the wish has changed meanwhile. */
export class OurReinvite {
  readonly #session: SessionPort
  readonly #next: () => void
  #isUnderWay = false
  isWanted = false

  constructor(session: SessionPort, next: () => void) {
    this.#session = session
    this.#next = next
  }

  get isUnderWay(): boolean {
    return this.#isUnderWay
  }

  send(): void {
    if (!this.isWanted || this.#isUnderWay) return
    this.isWanted = false
    this.#isUnderWay = true
    const { media, contact } = this.#session.options
    const prepare = ({ headers }: SipRequest) =>
      void headers.set(contactHeader, contact).append('Allow', allowed).append('User-Agent', USER_AGENT)
    this.#session.requests.send('INVITE', { body: media.offer(), contentType: SDP, prepare }, (response, request) => {
      this.#isUnderWay = false
      if (response) this.#receive(response, request)
      this.#next()
    })
  }

  /** A refusal leaves the session as it was (§14.1), but for 491, which only says: not now. */
  #receive(response: SipResponse, invite: SipRequest): void {
    if (response.status === 491) {
      this.isWanted = true
      this.#session.waitOutGlare()
    } else if (response.status < 300) {
      this.#session.refresh('INVITE', response)
      this.#session.requests.acknowledge(invite)
      const { media } = this.#session.options
      const answer = response.body.length > 0 ? media.readAnswer(response.body) : undefined
      if (answer?.kind === 'refused')
        this.#session.options.parts.log.warn('an answer to our offer could not be used', { ...answer.refusal })
    }
  }
}
