import {
  DigestClient,
  dialogId,
  FailoverRequest,
  ForkedDialogs,
  parseUri,
  type SipRequest,
  type SipResponse,
  type Target,
  type Uri,
} from '@voipbin/sip'
import { ANSWERED_ELSEWHERE, INCOMPATIBLE, NORMAL_CLEARING } from '../channel/causes.ts'
import type { ChannelLeg } from '../channel/channel-leg.ts'
import type { MediaSession } from '../media/media-session.ts'
import { giveReason } from './capabilities.ts'
import { contactFor } from './contacts.ts'
import { EarlyDialogs } from './early-dialogs.ts'
import { findWay, forbidden, type Way } from './find-way.ts'
import { buildInvite, type SipLeg } from './invite.ts'
import type { Reach } from './reach.ts'
import { causeIn } from './reason-cause.ts'
import { Redirects } from './redirects.ts'
import { Session } from './session.ts'
import type { SessionOwner } from './session-port.ts'
import type { SipParts } from './sip-parts.ts'

export type OutboundOptions = {
  readonly parts: SipParts
  readonly leg: SipLeg
  readonly media: MediaSession
  readonly owner: SessionOwner
  /** Along the flow of a registration. */
  readonly flowTarget: Target | undefined
  readonly localAddressTowards: (target: Target) => string
  /** What a URI that a customer named may lead to. */
  readonly mayReach: Reach
}

const nowhere: Uri = { kind: 'other', scheme: '', text: '' }

/** An INVITE of ours (RFC 3261 §13.2), over challenges, redirections and servers that fail, until one answer counts. */
export class OutboundCall implements ChannelLeg {
  readonly sipCallId: string
  readonly canHaveEarlyMedia = true
  readonly #options: OutboundOptions
  readonly #fromTag: string
  readonly #digest: DigestClient | undefined
  readonly #early: EarlyDialogs
  readonly #redirects = new Redirects()
  readonly #opened = Promise.withResolvers<void>()
  #uri: Uri | undefined
  #sequence = 1
  #wasChallenged = false
  #attempt: FailoverRequest | undefined
  #invite: SipRequest | undefined
  #forks: ForkedDialogs | undefined
  #session: Session | undefined
  /** Sessions of all forks that answered: each repeats its 2xx until our ACK reaches it, also when its call is over. */
  readonly #acknowledged = new Map<string, Session>()
  #cancelled: { readonly cause: number } | undefined
  #isClosed = false

  constructor(options: OutboundOptions) {
    const { parts, leg } = options
    this.#options = options
    this.sipCallId = parts.newToken()
    this.#fromTag = parts.newToken()
    this.#uri = parseUri(leg.destination)
    if (leg.username !== '') this.#digest = new DigestClient({ username: leg.username, password: leg.password })
    this.#early = new EarlyDialogs(parts.dialogs)
  }

  get session(): Session | undefined {
    return this.#session
  }

  /** Of a leg that we dial, the port is opened as soon as it is known where it leads. */
  prepareMedia(): Promise<void> {
    return this.#opened.promise
  }

  /** Finds the way, opens the port, sends. @throws what the engine throws when it has no port */
  async start(): Promise<void> {
    const { leg, media, localAddressTowards } = this.#options
    const way = await this.#findWay()
    const [first] = way.targets
    if (!first) {
      this.#reportNoWay(way)
      return
    }
    const localAddress = localAddressTowards(first)
    const reach = this.#reach
    const mayReach = reach && ((host: string, port: number) => reach(nowhere, { protocol: 'UDP', host, port }))
    await media.open({ affinity: leg.affinity, localAddress, signallingAddress: first.host, mayReach })
    this.#opened.resolve()
    this.#send(way.targets)
  }

  respond(): void {}
  refuse(): void {}

  cancel(cause: number): void {
    this.#cancelled = { cause }
    this.#attempt?.cancel((cancel) => void giveReason(cancel, cause))
  }

  bye(cause: number, text: string): void {
    this.#session?.bye(cause, text)
  }

  hold(isHolding: boolean): void {
    this.#session?.hold(isHolding)
  }

  close(): void {
    this.#isClosed = true
    this.#opened.resolve()
    this.#early.close()
    this.#session?.close()
  }

  /** What a peer that a customer named may have us send to; undefined for carriers and registered phones. */
  get #reach(): Reach | undefined {
    const { leg, flowTarget, mayReach } = this.#options
    return leg.is_trusted || flowTarget ? undefined : mayReach
  }

  #findWay(): Promise<Way> {
    const { leg, parts, flowTarget, mayReach } = this.#options
    return findWay({ leg, uri: this.#uri, parts, flowTarget, mayReach })
  }

  #reportNoWay({ forbiddenBy }: Way): void {
    const { owner } = this.#options
    if (forbiddenBy) owner.observe({ kind: 'forbidden', rule: forbiddenBy, text: forbidden[forbiddenBy] })
    else owner.observe({ kind: 'unreachable', status: 503, text: 'no address for the destination' })
  }

  #send(targets: readonly Target[]): void {
    if (this.#cancelled || this.#isClosed) return
    const { layer } = this.#options.parts
    let isOver = false
    const finish = (act: () => void) => {
      isOver = true
      act()
    }
    const listener = {
      onResponse: (response: SipResponse) => {
        if (response.status >= 300) finish(() => this.#receiveFailure(response))
        else this.#receive(response)
      },
      onEnd: (end: 'done' | 'timedOut' | 'transportFailed' | 'noTarget') => {
        if (isOver || end === 'done') return
        const status = end === 'timedOut' ? 408 : 503
        this.#options.owner.observe({ kind: 'unreachable', status, text: `INVITE: ${end}` })
      },
    }
    const body = this.#options.media.offer()
    this.#attempt = new FailoverRequest({ layer, targets, build: (target) => this.#build(target, body), listener })
  }

  #build(target: Target, body: Uint8Array): SipRequest {
    const { leg, parts } = this.#options
    const contact = contactFor(parts.transport, target)
    const uri = this.#uri ?? nowhere
    const call = { callId: this.sipCallId, fromTag: this.#fromTag, sequence: this.#sequence }
    const invite = buildInvite({ leg, uri, contact, body, ...call })
    this.#digest?.authorise(invite)
    this.#invite = invite
    this.#forks = new ForkedDialogs(invite)
    return invite
  }

  #receive(response: SipResponse): void {
    const { owner } = this.#options
    const step = this.#forks?.receive(response)
    if (step?.kind === 'progress') owner.observe({ kind: 'provisional', status: response.status, hasMedia: false })
    else if (step?.kind === 'early') {
      // After the end nobody would take it away.
      if (step.isNew && !this.#isClosed) this.#early.add(step.dialog)
      owner.observe({ kind: 'provisional', status: response.status, hasMedia: this.#hearEarly(response) })
    } else if (step?.kind === 'answered') this.#receiveAnswer(this.#openSession(step.dialog), response)
    // Another fork answered too: there can be only one (RFC 3261 §13.2.2.4).
    else if (step?.kind === 'alsoAnswered') this.#openSession(step.dialog).bye(ANSWERED_ELSEWHERE, '')
    else if (step?.kind === 'repeated') this.#acknowledged.get(dialogId(step.dialog))?.requests.acknowledgeAgain(response)
  }

  /** A session for a 2xx, which is acknowledged at once: whatever becomes of it, its sender repeats it until then. */
  #openSession(dialog: Session['dialog']): Session {
    const { parts, media, owner } = this.#options
    const invite = this.#invite
    const target = this.#attempt?.transaction?.target ?? { protocol: 'UDP', host: '', port: 0 }
    this.#early.remove(dialog)
    const session = new Session({
      parts,
      dialog,
      peer: { target },
      contact: contactFor(parts.transport, target),
      media,
      owner,
      digest: this.#digest,
      mayReach: this.#reach,
    })
    if (invite) session.requests.acknowledge(invite)
    this.#acknowledged.set(dialogId(dialog), session)
    return session
  }

  #receiveAnswer(session: Session, response: SipResponse): void {
    const { owner, media } = this.#options
    if (this.#isClosed) {
      session.bye(this.#cancelled?.cause ?? NORMAL_CLEARING, '')
      return
    }
    this.#session = session
    this.#early.close()
    const agreed = response.body.length > 0 ? media.readAnswer(response.body).kind === 'agreed' : media.agreed !== undefined
    if (agreed || this.#cancelled) owner.observe({ kind: 'answered' })
    else {
      const text = 'no usable answer to our offer'
      session.bye(INCOMPATIBLE, text)
      owner.observe({ kind: 'refused', status: 488, cause: INCOMPATIBLE, text })
    }
  }

  /** Early media of the fork that brings it last: whoever plays something wants to be heard now. */
  #hearEarly({ body }: SipResponse): boolean {
    const { media } = this.#options
    if (body.length > 0 && !this.#isClosed) media.readAnswer(body)
    return media.agreed !== undefined
  }

  #receiveFailure(response: SipResponse): void {
    const { owner } = this.#options
    this.#early.close()
    if (!this.#cancelled && !this.#isClosed && (this.#answerChallenge(response) || this.#follow(response))) return
    owner.observe({ kind: 'refused', status: response.status, cause: causeIn(response), text: response.reason.slice(0, 255) })
  }

  #answerChallenge(response: SipResponse): boolean {
    const invite = this.#invite
    if ((response.status !== 401 && response.status !== 407) || this.#wasChallenged || !this.#digest || !invite) return false
    // Only the challenge is remembered here: `build` puts its answer on the request that goes out.
    if (this.#digest.learn(response, invite) !== 'answered') return false
    this.#wasChallenged = true
    const target = this.#attempt?.transaction?.target
    return this.#again(target && { targets: [target] })
  }

  /** Not a registered phone: whoever has its password would have us call, from an address that carriers trust, whom they like. */
  #follow(response: SipResponse): boolean {
    const next = this.#options.flowTarget ? undefined : this.#redirects.next(response, this.#uri)
    if (!next) return false
    this.#uri = next
    return this.#again(undefined)
  }

  /** Once more, as the next request of the same call. */
  #again(known: Way | undefined): true {
    this.#sequence++
    void Promise.resolve(known ?? this.#findWay()).then((way) => {
      if (this.#cancelled) this.#options.owner.observe({ kind: 'unreachable', status: 503, text: 'cancelled' })
      else if (way.forbiddenBy) this.#reportNoWay(way)
      else this.#send(way.targets)
    })
    return true
  }
}
