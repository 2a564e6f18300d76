/** Where a datagram came from or goes to. */
export type SourceAddress = { readonly address: string; readonly port: number }

export type LatchTerms = {
  /** Of SDP; undefined while there is none, or where the peer has put us on hold by an unspecified address. */
  readonly signalled: SourceAddress | undefined
  /** IP address that the peer's SIP comes from. */
  readonly signallingAddress: string
  /** Negotiated for what we receive, telephone-event included. */
  readonly payloadTypes: readonly number[]
}

/** A silent source may be replaced after so long. */
const SILENCE_MS = 2_000
/** For so long after the first packet a better source may still take over. */
const PREFERENCE_MS = 1_000
/** Audio that an address may get which has never sent any: else a forged SDP makes us flood a stranger. */
const UNPROVEN_MS = 1_000

/** How much a source is like what was signalled. */
const STRANGER = 0
const SAME_HOST = 1
const AS_SIGNALLED = 2

/**
 * Which source of one stream is believed, and where may be sent to. Latches on the first packet with a negotiated payload type, and for a
 * second still prefers the signalled address, or at least host; then stays until a re-INVITE names another address, or the source is silent
 * for 2 s. No clock inside: pass one that does not jump.
 * A peer that was where it said and says another host is not looked for where it was: packets from there are late.
 */
export class SourceLatch {
  #terms: LatchTerms
  readonly #allowed = new Uint8Array(128)
  #source: SourceAddress | undefined
  #rank = STRANGER
  #latchedMs = 0
  #heardMs = 0
  #unprovenSinceMs: number | undefined
  /** Where the peer was before it moved, and until when it is not believed to be. */
  #former: SourceAddress | undefined
  #formerUntilMs: number | undefined

  constructor(terms: LatchTerms) {
    this.#terms = terms
    this.#allow(terms.payloadTypes)
  }

  /** The source that is believed now. */
  get source(): SourceAddress | undefined {
    return this.#source
  }

  /** The source, where no other would be believed for so long: nobody else need be listened to. */
  settledSource(nowMs: number, forMs: number): SourceAddress | undefined {
    const mayBeBettered = this.#rank < AS_SIGNALLED && nowMs - this.#latchedMs < PREFERENCE_MS
    const isSilent = nowMs + forMs - this.#heardMs > SILENCE_MS
    return mayBeBettered || isSilent ? undefined : this.#source
  }

  /** After an offer and answer: another signalled address opens the latch, the same one keeps it. */
  renegotiate(terms: LatchTerms): void {
    const { signalled: before } = this.#terms
    const { signalled } = terms
    this.#terms = terms
    this.#allow(terms.payloadTypes)
    if (!signalled || (signalled.address === before?.address && signalled.port === before.port)) return
    const hasMoved =
      this.#source?.address === before?.address && this.#source?.port === before?.port && before?.address !== signalled.address
    this.#former = hasMoved ? this.#source : undefined
    this.#formerUntilMs = undefined
    this.#source = undefined
    this.#unprovenSinceMs = undefined
  }

  /** Opens the latch, as ICE does when it has chosen another pair. */
  open(): void {
    this.#source = undefined
  }

  /** Whether a packet is to be taken. */
  accept(address: string, port: number, payloadType: number, nowMs: number): boolean {
    if (this.#allowed[payloadType] !== 1) return false
    const source = this.#source
    if (source && source.port === port && source.address === address) {
      this.#heardMs = nowMs
      return true
    }
    if (this.#isFormer(address, port, nowMs)) return false
    const rank = this.#rankOf(address, port)
    const isBetter = rank > this.#rank && nowMs - this.#latchedMs < PREFERENCE_MS
    if (source && !isBetter && nowMs - this.#heardMs < SILENCE_MS) return false
    this.#source = { address, port }
    this.#rank = rank
    this.#latchedMs = nowMs
    this.#heardMs = nowMs
    return true
  }

  /**
   * Where to send to now, undefined for nowhere: the source; before there is one the signalled address, without limit where the peer's SIP
   * comes from there, else for one second from the first call.
   */
  destination(nowMs: number): SourceAddress | undefined {
    const { signalled, signallingAddress } = this.#terms
    if (this.#source || !signalled) return this.#source
    if (signalled.address === signallingAddress) return signalled
    this.#unprovenSinceMs ??= nowMs
    return nowMs - this.#unprovenSinceMs < UNPROVEN_MS ? signalled : undefined
  }

  #isFormer(address: string, port: number, nowMs: number): boolean {
    if (this.#former?.address !== address || this.#former.port !== port) return false
    this.#formerUntilMs ??= nowMs + SILENCE_MS
    return nowMs < this.#formerUntilMs
  }

  #rankOf(address: string, port: number): number {
    const { signalled, signallingAddress } = this.#terms
    if (signalled?.address === address) return signalled.port === port ? AS_SIGNALLED : SAME_HOST
    return address === signallingAddress ? SAME_HOST : STRANGER
  }

  #allow(payloadTypes: readonly number[]): void {
    this.#allowed.fill(0)
    for (const payloadType of payloadTypes) this.#allowed[payloadType] = 1
  }
}
