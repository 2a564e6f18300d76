import { randomInt } from 'node:crypto'
import type { LegMedia, LocalMedia, MediaEngine } from '@voipbin/media'
import {
  answerOffer,
  type Codec,
  createOffer,
  type LocalMedia as LocalDescription,
  type MediaRefusal,
  type NegotiatedMedia,
  parseSdp,
  readAnswer,
  receives,
  refusalOfOffer,
  type SessionDescription,
  sends,
  serialiseSdp,
} from '@voipbin/sdp'
import { legCodec } from './leg-codecs.ts'

export type MediaSessionOptions = {
  readonly engine: MediaEngine
  readonly id: string
  readonly codecs: readonly Codec[]
  readonly rtpTimeoutMs: number
  /** What SDP says to the peer of this signalling address that we are reached at; undefined: the address that the port is bound to. */
  readonly advertisedTo: (peer: string) => string | undefined
  /** The peer has put us on hold, or taken us back. */
  readonly heldChanged: (isHeld: boolean) => void
}

/** Where the peer is, and the address of ours that routes there. */
export type MediaRoute = {
  readonly affinity: string
  readonly localAddress: string
  readonly signallingAddress: string
  /** Of a peer that a customer named: where its description may have RTP sent to. */
  readonly mayReach?: ((address: string, port: number) => boolean) | undefined
}

export type Refusal = Pick<MediaRefusal, 'warning' | 'reason'> | { readonly warning: 399; readonly reason: string }
export type Negotiated = { readonly kind: 'agreed' } | { readonly kind: 'refused'; readonly refusal: Refusal }

/** The media of one leg: its port, what offer and answer made of it (RFC 3264), and what the engine is told of that. */
export class MediaSession {
  readonly #options: MediaSessionOptions
  readonly #sessionId = String(randomInt(2 ** 47))
  #opening: Promise<LocalMedia> | undefined
  #local: LocalMedia | undefined
  #route: MediaRoute | undefined
  /** What we last sent, offer or answer. */
  #last: SessionDescription | undefined
  #agreed: NegotiatedMedia | undefined
  #offer: { readonly body: Uint8Array; readonly description: SessionDescription | undefined } | undefined
  #isHolding = false
  #isMuted = false

  constructor(options: MediaSessionOptions) {
    this.#options = options
  }

  /** A port has been asked for, so there is one to be closed. */
  get isOpening(): boolean {
    return this.#opening !== undefined
  }

  /** Resolves when the port is open, or cannot be. */
  async settled(): Promise<void> {
    await this.#opening?.catch(() => {})
  }

  get agreed(): NegotiatedMedia | undefined {
    return this.#agreed
  }

  get codec(): string {
    return this.#agreed?.codecs[0].name ?? ''
  }

  get isHeldByPeer(): boolean {
    return this.#agreed?.isOnHold ?? false
  }

  /** We hold the peer. Said by the next offer. */
  get isHolding(): boolean {
    return this.#isHolding
  }

  set isHolding(isHolding: boolean) {
    this.#isHolding = isHolding
  }

  set isMuted(isMuted: boolean) {
    this.#isMuted = isMuted
    this.watchSilence()
  }

  /** Opens the port, once. @throws what the engine throws when it has none */
  async open(route: MediaRoute): Promise<void> {
    this.#route ??= route
    this.#opening ??= this.#options.engine.openLeg({ id: this.#options.id, affinity: route.affinity, localAddress: route.localAddress })
    this.#local = await this.#opening
  }

  /** Whether an offer could be answered, before a port is opened for it. */
  judgeOffer(body: Uint8Array): Negotiated {
    const offer = this.#read(body)
    const refusal = offer ? refusalOfOffer(offer, this.#options) : unreadable
    return refusal ? { kind: 'refused', refusal } : { kind: 'agreed' }
  }

  /** Answers an offer; the body to send, or why there is none. What was agreed before goes on then. */
  answer(body: Uint8Array): (Negotiated & { readonly kind: 'refused' }) | { readonly kind: 'agreed'; readonly body: Uint8Array } {
    const offer = this.#read(body)
    const answered = offer && answerOffer(offer, this.#describe(), this.#session())
    if (answered?.kind !== 'answered') return { kind: 'refused', refusal: answered ?? unreadable }
    this.#last = answered.answer
    this.#agree(answered.media)
    return { kind: 'agreed', body: Buffer.from(serialiseSdp(answered.answer)) }
  }

  /** An offer of ours, first or again. */
  offer(): Uint8Array {
    this.#last = createOffer(this.#describe(), this.#session())
    return Buffer.from(serialiseSdp(this.#last))
  }

  /** What the answer to our last offer makes of it. */
  readAnswer(body: Uint8Array): Negotiated {
    const answer = read(body)
    const media = answer && this.#last && readAnswer(this.#last, answer)
    if (!media || 'kind' in media) return { kind: 'refused', refusal: media ?? unreadable }
    this.#agree(media)
    return { kind: 'agreed' }
  }

  /** An offer is judged when it comes and answered when it is time: read once. */
  #read(body: Uint8Array): SessionDescription | undefined {
    if (this.#offer?.body !== body) this.#offer = { body, description: read(body) }
    return this.#offer.description
  }

  #describe(): LocalDescription {
    const { codecs, advertisedTo } = this.#options
    const [local, route] = [this.#local, this.#route]
    if (!local || !route) throw new TypeError('Cannot describe media: no port is open')
    const direction = this.#isHolding ? 'sendonly' : 'sendrecv'
    return { address: advertisedTo(route.signallingAddress) ?? local.address, port: local.rtpPort, codecs, direction }
  }

  #session() {
    return { sessionId: this.#sessionId, ...(this.#last && { last: this.#last }) }
  }

  #agree(media: NegotiatedMedia): void {
    const wasHeld = this.isHeldByPeer
    this.#agreed = media
    this.#options.engine.connectLeg(this.#options.id, this.#legMedia(media))
    this.watchSilence()
    if (media.isOnHold !== wasHeld) this.#options.heldChanged(media.isOnHold)
  }

  #legMedia({ remote, remoteRtcp, codecs, telephoneEvent, ptimeMs, direction }: NegotiatedMedia): LegMedia {
    const [codec, ...alternatives] = codecs.flatMap((each) => legCodec(each) ?? [])
    if (!codec) throw new TypeError(`Cannot carry codec "${codecs[0].name}"`)
    const { signallingAddress = remote.address, mayReach } = this.#route ?? {}
    return {
      // What it may not name is as of a peer behind NAT: sent to where its signalling comes from, and then to where its RTP does.
      remoteAddress: (mayReach?.(remote.address, remote.port) ?? true) ? remote.address : signallingAddress,
      remoteRtpPort: remote.port,
      remoteRtcpPort: remoteRtcp?.port ?? 0,
      signallingAddress,
      ...{ codec, alternatives, ptimeMs },
      telephoneEvent: telephoneEvent && {
        sendPayloadType: telephoneEvent.sendPayloadType,
        receivePayloadType: telephoneEvent.receivePayloadType,
      },
      sends: sends(direction),
      receives: receives(direction),
    }
  }

  /** Begins to wait for RTP anew. Nothing is expected of a peer that holds us, is held, only listens, or is not listened to. */
  watchSilence(): void {
    const { engine, id, rtpTimeoutMs } = this.#options
    const agreed = this.#agreed
    if (!agreed) return
    const isExpected = agreed.direction === 'sendrecv' && !agreed.isOnHold && !this.#isMuted
    engine.setRtpTimeout(id, isExpected ? rtpTimeoutMs : 0)
  }
}

const unreadable: Refusal = { warning: 399, reason: 'malformed session description' }

function read(body: Uint8Array): SessionDescription | undefined {
  const parsed = parseSdp(Buffer.from(body).toString('utf8'))
  return parsed.kind === 'session' ? parsed : undefined
}
