import { randomBytes } from 'node:crypto'
import {
  allowHeader,
  callIdHeader,
  contactHeader,
  createRequest,
  cseqHeader,
  type Dialog,
  ForkedDialogs,
  fromHeader,
  HeaderList,
  MAX_FORWARDS,
  maxForwardsHeader,
  type NameAddr,
  nameAddr,
  type SipRequest,
  type SipResponse,
  type Target,
  toHeader,
  type Uri,
} from '@voipbin/sip'
import { newToken } from '../signalling/endpoint.ts'
import { OutgoingRequest } from '../signalling/outgoing-request.ts'
import type { CallCore } from './call-core.ts'
import { PHONE_METHODS } from './capabilities.ts'
import { DialogSession } from './dialog-session.ts'
import type { SdpWish } from './negotiation.ts'

export type OutgoingInviteOptions = {
  readonly core: CallCore
  readonly uri: Uri
  readonly target: Target
  /** With its tag. */
  readonly from: NameAddr
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Without an offer in the INVITE, the answerer makes one and we answer in the ACK. */
  readonly isOfferDelayed: boolean
  readonly wish: SdpWish
}

/** The INVITE that begins a call of ours, until its final response (RFC 3261 §13.2). */
export class OutgoingInvite {
  readonly #options: OutgoingInviteOptions
  readonly #core: CallCore
  readonly #callId = newToken()
  readonly #body: Uint8Array | undefined
  readonly #request: OutgoingRequest
  #sequence = randomBytes(2).readUInt16BE()
  #forks: { readonly of: SipRequest; readonly dialogs: ForkedDialogs } | undefined
  /** Sessions of forks that answered too. */
  readonly #others = new Map<string, DialogSession>()
  #isCancelled = false

  constructor(options: OutgoingInviteOptions) {
    const { core, target, isOfferDelayed, wish } = options
    this.#options = options
    this.#core = core
    this.#body = isOfferDelayed ? undefined : core.negotiation.offer(wish)
    this.#request = new OutgoingRequest({
      ...{ endpoint: core.endpoint, target, digest: core.digest },
      build: () => this.#build(),
      onResponse: (response, request) => this.#receive(response, request),
      onNoReply: (reason) => core.finishWith(reason),
    })
  }

  get callId(): string {
    return this.#callId
  }

  /** Where nobody has said a word yet there is nobody to wait for: should an answer come, it is ended all the same. */
  cancel(): void {
    this.#isCancelled = true
    this.#request.cancel()
    if (!this.#forks) this.#core.finish({ by: 'local', status: 0, reason: '', text: 'given up: no answer at all' })
  }

  #build(): SipRequest {
    const { core, uri, from, headers: more } = this.#options
    this.#sequence++
    const headers = new HeaderList()
    headers.set(maxForwardsHeader, MAX_FORWARDS).set(fromHeader, from).set(toHeader, nameAddr(uri)).set(callIdHeader, this.#callId)
    headers.set(cseqHeader, { sequence: this.#sequence, method: 'INVITE' }).set(contactHeader, core.contact)
    headers.setRaw(allowHeader.name, PHONE_METHODS.join(', '))
    if (this.#body) headers.setRaw('Content-Type', 'application/sdp')
    for (const [name, value] of more) headers.append(name, value)
    return createRequest('INVITE', uri, headers, this.#body)
  }

  #receive(response: SipResponse, invite: SipRequest): void {
    if (this.#forks?.of !== invite) this.#forks = { of: invite, dialogs: new ForkedDialogs(invite) }
    const step = this.#forks.dialogs.receive(response)
    if (step.kind === 'progress' || step.kind === 'early') this.#progress(response, step.kind === 'early' ? step.dialog : undefined)
    else if (step.kind === 'answered') this.#answer(step.dialog, response, invite).catch(this.#failed)
    else if (step.kind === 'alsoAnswered') this.#endFork(step.dialog, invite).catch(this.#failed)
    else if (step.kind === 'repeated') this.#sessionOf(step.dialog)?.acknowledgeAgain()
    else if (step.kind === 'failed') this.#fail(response)
  }

  #progress(response: SipResponse, dialog: Dialog | undefined): void {
    const { core } = this.#options
    if (dialog) core.adopt(dialog)
    if (response.status !== 100) core.events.add({ type: 'ringing', status: response.status })
    if (response.body.length === 0 || !this.#body || !dialog) return
    const media = core.negotiation.readAnswer(response.body)
    if ('kind' in media) return
    core.agree(media)
    core.events.add({ type: 'early' })
  }

  async #answer(dialog: Dialog, response: SipResponse, invite: SipRequest): Promise<void> {
    const core = this.#core
    const session = core.adopt(dialog)
    const agreed = this.#agree(response)
    await session.acknowledge(invite, agreed?.body)
    if (agreed && !this.#isCancelled) {
      core.agree(agreed.media)
      core.answered()
      return
    }
    // The answer and our CANCEL crossed, or there is nothing to talk over.
    await session.request('BYE')
    core.finish({ by: 'local', status: 0, reason: '', text: agreed ? 'cancelled while it was answered' : 'no common way to talk' })
  }

  #agree(response: SipResponse) {
    const { negotiation } = this.#core
    if (!this.#body) {
      const answer = negotiation.answer(response.body, this.#options.wish)
      return answer.kind === 'agreed' ? answer : undefined
    }
    // The answer may have come in a 183 already; a 200 need not repeat it.
    const early = this.#core.media
    if (response.body.length === 0) return early && { media: early, body: undefined }
    const media = negotiation.readAnswer(response.body)
    return 'kind' in media ? undefined : { media, body: undefined }
  }

  /** Another phone answered too: acknowledged and ended (§13.2.2.4). */
  async #endFork(dialog: Dialog, invite: SipRequest): Promise<void> {
    const { endpoint, contact, digest } = this.#core
    const session = new DialogSession({ endpoint, dialog, contact, digest })
    this.#others.set(session.id, session)
    await session.acknowledge(invite)
    await session.request('BYE')
  }

  #sessionOf(dialog: Dialog): DialogSession | undefined {
    const { dialog: own } = this.#core
    if (own?.dialog.remoteTag === dialog.remoteTag) return own
    return [...this.#others.values()].find((session) => session.dialog.remoteTag === dialog.remoteTag)
  }

  /** The peer's Contact names nobody that we can reach. */
  readonly #failed = (error: unknown): void => {
    this.#core.finish({ by: 'network', status: 0, reason: '', text: error instanceof Error ? error.message : String(error) })
  }

  #fail(response: SipResponse): void {
    if (!this.#isCancelled) this.#core.finishWith(response)
    else this.#core.finish({ by: 'local', status: response.status, reason: '', text: `cancelled: ${response.status} ${response.reason}` })
  }
}
