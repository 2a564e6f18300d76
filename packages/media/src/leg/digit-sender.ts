import { DigitEncoder, type RtpTimestamp, TELEPHONE_EVENT_OCTETS } from '@voipbin/rtp'
import type { SendDigitsOptions } from '../media-engine.ts'
import { FRAME_MS } from '../tick/ticker.ts'
import { parseCadence } from '../tones/cadence.ts'
import { ToneSource } from '../tones/tone-source.ts'

/** `w` and `,` are pauses, as dial strings have them. */
const PAUSE_MS = 500
const PAUSES = 'W,'
/** Shorter ones are not heard by everybody (ITU-T Q.24). */
const MIN_DIGIT_MS = 40
const MAX_DIGIT_MS = 8_000
const MAX_WAITING = 256

/** Row and column in Hz (ITU-T Q.23). */
const KEYPAD = ['123A', '456B', '789C', '*0#D']
const ROWS = [697, 770, 852, 941]
const COLUMNS = [1_209, 1_336, 1_477, 1_633]

/** `697+1209`; undefined for what is no digit. */
export function digitFrequencies(digit: string): string | undefined {
  const row = KEYPAD.findIndex((keys) => keys.includes(digit))
  return row === -1 ? undefined : `${ROWS[row]}+${COLUMNS[KEYPAD[row]?.indexOf(digit) ?? 0]}`
}

/** Takes the payloads of telephone-events. */
export type EventSink = { event(payload: Uint8Array, timestamp: RtpTimestamp, hasMarker: boolean): void }

/** A digit, or a pause where it is empty. */
type Step = { readonly digit: string; leftMs: number; isBegun: boolean }

/** Digits that wait, and the one that is being sent: as telephone-events where the peer takes them, else as tones. */
export class DigitSender {
  readonly #sink: EventSink
  readonly #onSent: () => void
  readonly #steps: Step[] = []
  readonly #payload = new Uint8Array(TELEPHONE_EVENT_OCTETS)
  #encoder: DigitEncoder | undefined
  #clockRate = 0
  #tone: ToneSource | undefined
  /** Somebody waits to hear that all are sent. */
  #isAwaited = false

  constructor(sink: EventSink, onSent: () => void) {
    this.#sink = sink
    this.#onSent = onSent
  }

  get isSending(): boolean {
    return this.#steps.length > 0
  }

  /** @param isAwaited whether their end is told */
  add({ digits, durationMs, gapMs }: Omit<SendDigitsOptions, 'leg'>, isAwaited: boolean): void {
    for (const digit of digits.toUpperCase()) {
      if (this.#steps.length >= MAX_WAITING) break
      if (PAUSES.includes(digit)) this.#steps.push({ digit: '', leftMs: PAUSE_MS, isBegun: false })
      if (digitFrequencies(digit) === undefined) continue
      this.#steps.push({ digit, leftMs: Math.min(MAX_DIGIT_MS, Math.max(MIN_DIGIT_MS, durationMs)), isBegun: false })
      this.#steps.push({ digit: '', leftMs: Math.max(FRAME_MS, gapMs), isBegun: false })
    }
    this.#isAwaited ||= isAwaited
  }

  clear(): void {
    this.#steps.length = 0
    this.#isAwaited = false
  }

  /** One turn with telephone-events. @returns whether it was used: no audio is to be sent in it */
  sendEvent(clockRate: number, timestamp: RtpTimestamp): boolean {
    const step = this.#steps[0]
    if (!step) return false
    if (step.digit === '') {
      this.#advance(step)
      return false
    }
    const encoder = this.#encoderOf(clockRate)
    if (!step.isBegun) encoder.start(step.digit, step.leftMs, timestamp)
    step.isBegun = true
    encoder.write(this.#payload, 0)
    this.#sink.event(this.#payload, encoder.timestamp, encoder.hasMarker)
    if (!encoder.isSending) this.#finish()
    return true
  }

  /** One turn with tones: fills the frame while a digit sounds. @returns whether it did */
  sendTone(frame: Int16Array): boolean {
    const step = this.#steps[0]
    if (!step) return false
    if (step.digit !== '') {
      if (!step.isBegun) this.#tone = new ToneSource(parseCadence(`!${digitFrequencies(step.digit)}/${step.leftMs}`))
      step.isBegun = true
      if (this.#tone?.read(frame) !== 'audio') frame.fill(0)
    }
    this.#advance(step)
    return step.digit !== ''
  }

  #advance(step: Step): void {
    step.leftMs -= FRAME_MS
    if (step.leftMs <= 0) this.#finish()
  }

  #finish(): void {
    this.#steps.shift()
    if (this.#steps.length > 0 || !this.#isAwaited) return
    this.#isAwaited = false
    this.#onSent()
  }

  #encoderOf(clockRate: number): DigitEncoder {
    if (!this.#encoder || this.#clockRate !== clockRate) this.#encoder = new DigitEncoder({ clockRateHz: clockRate, intervalMs: FRAME_MS })
    this.#clockRate = clockRate
    return this.#encoder
  }
}
