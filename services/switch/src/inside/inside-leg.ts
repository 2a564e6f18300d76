import { INCOMPATIBLE, NORMAL_CLEARING } from '../channel/causes.ts'
import type { ChannelLeg } from '../channel/channel-leg.ts'
import type { MediaSession } from '../media/media-session.ts'
import type { SessionOwner } from '../sip/session-port.ts'

export type InsideOptions = { readonly sipCallId: string; readonly media: MediaSession; readonly owner: SessionOwner }

/** RTP goes over ports of this machine, as between any two legs: so nothing of the media knows that nobody is outside. */
const LOOPBACK = '127.0.0.1'

/**
 * One end of a call between two channels of this node: the caller's, which is dialled, or the callee's, which is offered to `call`. What an
 * end does its peer observes, in that order and never while the other is still at it, as if a network without delay were between them.
 */
export class InsideLeg implements ChannelLeg {
  readonly session = undefined
  readonly canHaveEarlyMedia = true
  readonly sipCallId: string
  readonly #media: MediaSession
  readonly #owner: SessionOwner
  #peer: InsideLeg | undefined
  #offer: Uint8Array | undefined
  /** Our answer, the same in 183 and 200. */
  #answer: Uint8Array | undefined
  #isClosed = false

  constructor({ sipCallId, media, owner }: InsideOptions) {
    this.sipCallId = sipCallId
    this.#media = media
    this.#owner = owner
  }

  /** @param offer of the caller, for the callee to answer */
  meet(peer: InsideLeg, offer?: Uint8Array): void {
    this.#peer = peer
    this.#offer = offer
  }

  async prepareMedia(affinity: string): Promise<void> {
    await this.#media.open({ affinity, localAddress: LOOPBACK, signallingAddress: LOOPBACK })
  }

  respond(status: 180 | 183 | 200): void {
    if (status === 180) this.#tell(({ owner }) => owner.observe({ kind: 'provisional', status, hasMedia: false }))
    else this.#sound(status)
  }

  refuse({ status, cause }: Parameters<ChannelLeg['refuse']>[0]): void {
    this.#tell(({ owner }) => owner.observe({ kind: 'refused', status, cause: cause === 0 ? undefined : cause, text: '' }))
  }

  cancel(cause: number): void {
    this.#tell(({ owner }) => owner.observe({ kind: 'cancelled', cause }))
  }

  bye(cause: number): void {
    this.#tell(({ owner }) => owner.observe({ kind: 'bye', cause }))
  }

  /** An offer of ours, answered as a re-INVITE would be. */
  hold(isHolding: boolean): void {
    this.#media.isHolding = isHolding
    const offer = this.#media.offer()
    this.#tell(({ media }) => {
      const answered = media.answer(offer)
      if (answered.kind === 'agreed') this.#media.readAnswer(answered.body)
    })
  }

  close(): void {
    this.#isClosed = true
  }

  /** 183 and 200 carry the same answer. */
  #sound(status: 183 | 200): void {
    this.#answer ??= this.#describe()
    const answer = this.#answer
    this.#tell(({ owner, media, isClosed }) => {
      // The caller has gone without a word that reached us.
      if (status === 200 && isClosed) this.#owner.observe({ kind: 'bye', cause: NORMAL_CLEARING })
      else if (!answer || media.readAnswer(answer).kind === 'refused') {
        owner.observe({ kind: 'refused', status: 488, cause: INCOMPATIBLE, text: 'no usable answer to our offer' })
        this.#owner.observe({ kind: 'bye', cause: INCOMPATIBLE })
      } else if (status === 183) owner.observe({ kind: 'provisional', status, hasMedia: true })
      else {
        owner.observe({ kind: 'answered' })
        this.#owner.observe({ kind: 'acknowledged' })
      }
    })
  }

  #describe(): Uint8Array | undefined {
    const answered = this.#offer && this.#media.answer(this.#offer)
    return answered?.kind === 'agreed' ? answered.body : undefined
  }

  #tell(what: (peer: { readonly owner: SessionOwner; readonly media: MediaSession; readonly isClosed: boolean }) => void): void {
    const peer = this.#peer
    if (peer) queueMicrotask(() => what({ owner: peer.#owner, media: peer.#media, isClosed: peer.#isClosed }))
  }
}
