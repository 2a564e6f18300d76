import { bodyOctets } from './check-headers.ts'
import { MAX_HEAD_CHARACTERS, MAX_MESSAGE_OCTETS } from './limits.ts'
import type { KeepAlive, Malformed, MalformedReason, SipMessage } from './message.ts'
import { type Head, parseHead } from './parse-head.ts'
import { asBuffer, decodeHead, END_OF_HEAD, malformed, readMessage, skipLineBreaks } from './parse-message.ts'

const MIN_STORE_OCTETS = 4_096

/** What a stream brought. After `isBroken` the place of the next message is unknown: answer, then close (RFC 3261 §18.3). */
export type Framed = { readonly received: SipMessage | Malformed | KeepAlive; readonly isBroken: boolean }

/**
 * Cuts a stream into messages by Content-Length (RFC 3261 §18.3, §7.5) and finds keep-alives between them (RFC 5626 §4.4.1). Holds at
 * most one unfinished message, of bounded size, and reads every octet once. Never throws.
 */
export class StreamFramer {
  #store: Buffer = Buffer.alloc(0)
  /** Where the free end of the store begins; what is held lies right before it. */
  #heldEnd = 0
  #held: Buffer = this.#store
  /** Octets of `#held` in which the end of a head was looked for and not found. */
  #searched = 0
  #head: { readonly head: Head; readonly end: number; readonly total: number } | undefined
  #isBroken = false

  /** Octets of a message that is not complete yet. */
  get heldOctets(): number {
    return this.#held.length
  }

  /** Takes what arrived and returns what is complete, in order; nothing more once the stream is broken. */
  push(chunk: Uint8Array): readonly Framed[] {
    if (this.#isBroken) return []
    this.#append(asBuffer(chunk))
    const framed: Framed[] = []
    this.#takeLineBreaks(framed)
    while (this.#held.length > 0 && !this.#isBroken) {
      const next = this.#takeMessage()
      if (!next) break
      framed.push(next)
      this.#takeLineBreaks(framed)
    }
    return framed
  }

  /**
   * Copies what arrived behind what is held. Messages keep views of the store, so only its free end is ever written; it doubles when
   * full, so that octets sent one by one do not cost a copy of the whole each.
   */
  #append(chunk: Buffer): void {
    const held = this.#held.length
    if (this.#heldEnd + chunk.length > this.#store.length) {
      this.#store = Buffer.allocUnsafeSlow(Math.max(MIN_STORE_OCTETS, 2 * (held + chunk.length)))
      this.#held.copy(this.#store)
      this.#heldEnd = held
    }
    chunk.copy(this.#store, this.#heldEnd)
    this.#heldEnd += chunk.length
    this.#held = this.#store.subarray(this.#heldEnd - held - chunk.length, this.#heldEnd)
  }

  /** Line breaks between messages; two of them are a ping, of which one answer a chunk is enough. */
  #takeLineBreaks(framed: Framed[]): void {
    if (this.#head || this.#searched > 0) return
    const start = skipLineBreaks(this.#held, 0)
    if (start === 0) return
    const isPing = start >= END_OF_HEAD.length && !framed.some(({ received }) => received.kind === 'keep-alive')
    if (isPing) framed.push({ received: { kind: 'keep-alive' }, isBroken: false })
    this.#held = this.#held.subarray(start)
  }

  #takeMessage(): Framed | undefined {
    if (!this.#head) {
      const fault = this.#findHead()
      if (fault) return fault
    }
    if (!this.#head || this.#held.length < this.#head.total) return undefined
    const { head, end, total } = this.#head
    const received = readMessage(head, this.#held.subarray(end, total))
    this.#held = this.#held.subarray(total)
    this.#searched = 0
    this.#head = undefined
    return { received, isBroken: false }
  }

  #findHead(): Framed | undefined {
    const end = this.#held.indexOf(END_OF_HEAD, Math.max(0, this.#searched - END_OF_HEAD.length + 1))
    this.#searched = this.#held.length
    if (end > MAX_HEAD_CHARACTERS || (end < 0 && this.#held.length > MAX_HEAD_CHARACTERS)) return this.#break('head too long')
    if (end < 0) return undefined
    const head = parseHead(decodeHead(this.#held, 0, end))
    const length = bodyOctets(head.headers)
    if (length === undefined) return this.#break('Content-Length missing on a stream', head)
    if (length === 'bad Content-Length') return this.#break(length, head)
    const bodyStart = end + END_OF_HEAD.length
    if (bodyStart + length > MAX_MESSAGE_OCTETS) return this.#break('message too long', head)
    this.#head = { head, end: bodyStart, total: bodyStart + length }
    return undefined
  }

  #break(reason: MalformedReason, head?: Head): Framed {
    this.#isBroken = true
    this.#store = this.#held = Buffer.alloc(0)
    return { received: malformed(reason, head), isBroken: true }
  }
}
