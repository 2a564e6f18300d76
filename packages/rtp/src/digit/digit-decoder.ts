import { type RtpTimestamp, rtpTimestamp, ticksBetween } from '../number/rtp-timestamp.ts'
import type { RtpPacket } from '../packet/rtp-packet.ts'
import { digitOfEvent, MAX_EVENT_TICKS, TelephoneEvent } from '../packet/telephone-event.ts'

/** One key pressed once, after it was let go. */
export type Digit = { readonly digit: string; readonly durationMs: number }

export type DigitDecoderOptions = {
  readonly clockRateHz: number
  /** @param timestamp of its event, or of the last segment of a long one */
  readonly onDigit: (digit: Digit, timestamp: RtpTimestamp) => void
  /** Silence after which an event without its end has ended. Updates come every 20 to 50 ms. Default 200. */
  readonly timeoutMs?: number
}

/** Events lately finished; their late and repeated packets must not become digits again. */
const REMEMBERED = 16
/** A duration that falls by more than this has wrapped in its 16 bits; reordering cannot do that. */
const WRAP_TICKS = 0x8000

/**
 * Turns telephone-event packets into digits (RFC 4733 §2.5), each once: an event is known by SSRC and timestamp, so it does not matter
 * which of its packets came, how often, or in which order. Neither marker nor first packet is needed; without an end `expire()` ends it.
 */
export class DigitDecoder {
  readonly #ticksPerMs: number
  readonly #timeoutMs: number
  readonly #onDigit: DigitDecoderOptions['onDigit']
  readonly #payload = new TelephoneEvent()
  readonly #doneSsrcs = new Float64Array(REMEMBERED).fill(-1)
  readonly #doneTimestamps = new Float64Array(REMEMBERED)
  #doneNext = 0

  #isOpen = false
  #event = 0
  #ssrc = 0
  #timestamp: RtpTimestamp = rtpTimestamp(0)
  /** Of this segment, wraps included. */
  #segmentTicks = 0
  /** Of the segments before. */
  #earlierTicks = 0
  #heardMs = 0

  constructor({ clockRateHz, onDigit, timeoutMs = 200 }: DigitDecoderOptions) {
    this.#ticksPerMs = clockRateHz / 1_000
    this.#onDigit = onDigit
    this.#timeoutMs = timeoutMs
  }

  /** Pressed now; undefined between digits. */
  get openDigit(): string | undefined {
    return this.#isOpen ? digitOfEvent(this.#event) : undefined
  }

  /** Takes one packet of the telephone-event payload type. @returns false when it is malformed or no digit */
  receive(packet: RtpPacket, nowMs: number): boolean {
    if (!this.#payload.read(packet.octets, packet.payloadStart, packet.payloadEnd)) return false
    const { event, isEnd, durationTicks } = this.#payload
    if (digitOfEvent(event) === undefined) return false
    const { ssrc, timestamp } = packet
    if (this.#isDone(ssrc, timestamp)) return true
    if (this.#isOpen && ssrc === this.#ssrc && timestamp === this.#timestamp) {
      this.#extend(durationTicks, nowMs)
    } else if (this.#isOpen && ssrc === this.#ssrc && ticksBetween(this.#timestamp, timestamp) < 0) {
      // All earlier packets of that event are lost, and this one was overtaken by the next event: it is a digit of its own, and before it.
      this.#remember(ssrc, timestamp)
      this.#report(event, durationTicks, timestamp)
      return true
    } else if (this.#isOpen && this.#isNextSegment(event, ssrc, timestamp)) {
      this.#remember(ssrc, this.#timestamp)
      this.#earlierTicks += MAX_EVENT_TICKS
      this.#open(event, packet, durationTicks, nowMs)
    } else {
      this.#close()
      this.#earlierTicks = 0
      this.#open(event, packet, durationTicks, nowMs)
    }
    if (isEnd) this.#close()
    return true
  }

  /** Ends an event that was not heard of for too long. Call it every tick or so. */
  expire(nowMs: number): void {
    if (this.#isOpen && nowMs - this.#heardMs >= this.#timeoutMs) this.#close()
  }

  /** Ends what is open: the call is over. */
  close(): void {
    this.#close()
  }

  #open(event: number, { ssrc, timestamp }: RtpPacket, durationTicks: number, nowMs: number): void {
    this.#isOpen = true
    this.#event = event
    this.#ssrc = ssrc
    this.#timestamp = timestamp
    this.#segmentTicks = durationTicks
    this.#heardMs = nowMs
  }

  #extend(durationTicks: number, nowMs: number): void {
    const wraps = this.#segmentTicks - (this.#segmentTicks & MAX_EVENT_TICKS)
    const isWrapped = (this.#segmentTicks & MAX_EVENT_TICKS) - durationTicks > WRAP_TICKS
    this.#segmentTicks = Math.max(this.#segmentTicks, wraps + durationTicks + (isWrapped ? MAX_EVENT_TICKS + 1 : 0))
    this.#heardMs = nowMs
  }

  /** Events longer than 16 bits go on with the timestamp where the segment ended (RFC 4733 §2.5.1.3). */
  #isNextSegment(event: number, ssrc: number, timestamp: RtpTimestamp): boolean {
    return event === this.#event && ssrc === this.#ssrc && ticksBetween(this.#timestamp, timestamp) === MAX_EVENT_TICKS
  }

  #close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#remember(this.#ssrc, this.#timestamp)
    this.#report(this.#event, this.#earlierTicks + this.#segmentTicks, this.#timestamp)
  }

  #report(event: number, durationTicks: number, timestamp: RtpTimestamp): void {
    const digit = digitOfEvent(event)
    if (digit !== undefined) this.#onDigit({ digit, durationMs: Math.round(durationTicks / this.#ticksPerMs) }, timestamp)
  }

  #remember(ssrc: number, timestamp: RtpTimestamp): void {
    this.#doneSsrcs[this.#doneNext] = ssrc
    this.#doneTimestamps[this.#doneNext] = timestamp
    this.#doneNext = (this.#doneNext + 1) % REMEMBERED
  }

  #isDone(ssrc: number, timestamp: RtpTimestamp): boolean {
    for (let at = 0; at < REMEMBERED; at++) if (this.#doneTimestamps[at] === timestamp && this.#doneSsrcs[at] === ssrc) return true
    return false
  }
}
