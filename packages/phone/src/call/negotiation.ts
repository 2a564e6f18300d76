import {
  answerOffer,
  type Codec,
  createOffer,
  type Direction,
  type LocalMedia,
  type MediaRefusal,
  type NegotiatedMedia,
  parseSdp,
  readAnswer,
  type SessionDescription,
  serialiseSdp,
} from '@voipbin/sdp'

/** What may be wanted of one offer or answer. */
export type SdpWish = {
  readonly codecs?: readonly Codec[]
  readonly direction?: Direction
  readonly ptimeMs?: number
  readonly hasTelephoneEvent?: boolean
  /** Last word on the text that is sent: for spellings that we would not choose ourselves. */
  readonly rewriteSdp?: (text: string) => string
}

export type Agreed = { readonly kind: 'agreed'; readonly body: Uint8Array; readonly media: NegotiatedMedia }
export type NotAgreed = { readonly kind: 'refused'; readonly reason: string }

/** Our side of offer and answer over the life of one call (RFC 3264). */
export class Negotiation {
  readonly #sessionId = String(Date.now())
  #wish: SdpWish
  readonly #address: { readonly address: string; readonly port: number }
  /** What we last sent. */
  #last: SessionDescription | undefined
  #offered: SessionDescription | undefined

  constructor(address: { readonly address: string; readonly port: number }, wish: SdpWish) {
    this.#address = address
    this.#wish = wish
  }

  /** An offer; with wishes, which also hold for what follows. */
  offer(wish: SdpWish = {}): Uint8Array {
    this.#wish = { ...this.#wish, ...wish }
    const { rewriteSdp } = wish
    const offer = createOffer(this.#local(), this.#session())
    this.#last = offer
    this.#offered = offer
    const text = serialiseSdp(offer)
    return Buffer.from(rewriteSdp ? rewriteSdp(text) : text)
  }

  /** Reads the answer to our last offer. */
  readAnswer(body: Uint8Array): NegotiatedMedia | NotAgreed {
    const answer = parseSdp(body)
    if (!this.#offered) return { kind: 'refused', reason: 'an answer without an offer' }
    if (answer.kind === 'malformed') return { kind: 'refused', reason: `malformed SDP: ${answer.reason}` }
    const media = readAnswer(this.#offered, answer)
    return isRefusal(media) ? { kind: 'refused', reason: media.reason } : media
  }

  /** Answers an offer. */
  answer(body: Uint8Array, wish: SdpWish = {}): Agreed | NotAgreed {
    this.#wish = { ...this.#wish, ...wish }
    const offer = parseSdp(body)
    if (offer.kind === 'malformed') return { kind: 'refused', reason: `malformed SDP: ${offer.reason}` }
    const result = answerOffer(offer, this.#local(), this.#session())
    if (result.kind === 'refused') return { kind: 'refused', reason: result.reason }
    this.#last = result.answer
    const text = serialiseSdp(result.answer)
    return { kind: 'agreed', body: Buffer.from(wish.rewriteSdp ? wish.rewriteSdp(text) : text), media: result.media }
  }

  #local(): LocalMedia {
    const { codecs = [], direction = 'sendrecv', ptimeMs, hasTelephoneEvent = true } = this.#wish
    return { ...this.#address, codecs, direction, hasTelephoneEvent, ...(ptimeMs === undefined ? {} : { ptimeMs }) }
  }

  #session() {
    return { sessionId: this.#sessionId, ...(this.#last && { last: this.#last }) }
  }
}

const isRefusal = (result: NegotiatedMedia | MediaRefusal): result is MediaRefusal => 'kind' in result
