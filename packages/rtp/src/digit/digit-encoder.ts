import { addTicks, type RtpTimestamp, rtpTimestamp } from '../number/rtp-timestamp.ts'
import { eventOfDigit, MAX_EVENT_TICKS, TELEPHONE_EVENT_OCTETS, writeTelephoneEvent } from '../packet/telephone-event.ts'

/** The last packet goes out three times, as it is the one that counts (RFC 4733 §2.5.1.4). */
const END_PACKETS = 3
/** dBm0 below zero; what most phones send. */
const VOLUME = 10

export type DigitEncoderOptions = {
  readonly clockRateHz: number
  /** Between packets. Default 20. */
  readonly intervalMs?: number
}

/**
 * One digit at a time as telephone-event payloads (RFC 4733 §2.5.1), one each interval: growing durations under one timestamp, then three
 * ends. Those longer than 16 bits become segments. The stream that it goes out on counts the sequence numbers.
 */
export class DigitEncoder {
  readonly #intervalTicks: number
  readonly #ticksPerMs: number
  #event = 0
  #totalTicks = 0
  #sentTicks = 0
  /** Where the present segment began, in ticks of the digit. */
  #segmentStartTicks = 0
  #endsLeft = 0
  #isFirst = false
  #timestamp: RtpTimestamp = rtpTimestamp(0)

  constructor({ clockRateHz, intervalMs = 20 }: DigitEncoderOptions) {
    this.#ticksPerMs = clockRateHz / 1_000
    this.#intervalTicks = intervalMs * this.#ticksPerMs
  }

  get isSending(): boolean {
    return this.#endsLeft > 0
  }

  /** Of the packet that `write()` wrote last. */
  get timestamp(): RtpTimestamp {
    return this.#timestamp
  }

  /** Of the packet that `write()` wrote last: set on the first of a digit. */
  get hasMarker(): boolean {
    return this.#hasMarker
  }
  #hasMarker = false

  /**
   * Begins a digit where the audio stands. At least one interval long.
   * @throws RangeError for what is no digit, and while another one is being sent
   */
  start(digit: string, durationMs: number, timestamp: RtpTimestamp): void {
    const event = eventOfDigit(digit)
    if (event === undefined) throw new RangeError(`Cannot send digit "${digit}": not one of 0–9, *, #, A–D`)
    if (this.isSending) throw new RangeError(`Cannot send digit "${digit}": the one before is not over`)
    this.#event = event
    this.#totalTicks = Math.max(this.#intervalTicks, Math.round(durationMs * this.#ticksPerMs))
    this.#sentTicks = 0
    this.#segmentStartTicks = 0
    this.#endsLeft = END_PACKETS
    this.#isFirst = true
    this.#timestamp = timestamp
  }

  /** Writes the payload of the next packet at `at`. @returns its octets, 4; 0 when no digit is being sent */
  write(octets: Uint8Array, at: number): number {
    if (!this.isSending) return 0
    this.#timestamp = addTicks(this.#timestamp, this.#takeSegmentStep())
    this.#sentTicks = Math.min(this.#totalTicks, this.#sentTicks + this.#intervalTicks)
    const segmentTicks = this.#sentTicks - this.#segmentStartTicks
    const isEnd = this.#sentTicks === this.#totalTicks && segmentTicks <= MAX_EVENT_TICKS
    if (isEnd) this.#endsLeft--
    this.#hasMarker = this.#isFirst
    this.#isFirst = false
    const durationTicks = Math.min(segmentTicks, MAX_EVENT_TICKS)
    writeTelephoneEvent(octets, at, { event: this.#event, isEnd, volume: VOLUME, durationTicks })
    return TELEPHONE_EVENT_OCTETS
  }

  /** A full segment was sent: the next begins where it ended (RFC 4733 §2.5.1.3). */
  #takeSegmentStep(): number {
    if (this.#sentTicks - this.#segmentStartTicks < MAX_EVENT_TICKS) return 0
    if (this.#sentTicks - this.#segmentStartTicks === MAX_EVENT_TICKS && this.#sentTicks === this.#totalTicks) return 0
    this.#segmentStartTicks += MAX_EVENT_TICKS
    return MAX_EVENT_TICKS
  }
}
