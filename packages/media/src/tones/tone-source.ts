import type { AudioSource, SourceRead } from '../playback/audio-source.ts'
import type { Cadence, ToneSegment } from './cadence.ts'

const FRAMES_PER_SECOND = 50
/** All frequencies together: −9 dBm0 or so, as E.180 §6 allows, and far from clipping. */
const LEVEL = 0.3 * 32_767
/** At the edges of a segment, against clicks. */
const RAMP_MS = 3
/** How much of the first frequency is left when the second modulates it down. */
const MODULATION_DEPTH = 0.9

/** A tone with its cadence, made sample by sample. It ends with its cadence only where nothing of it repeats, or after `durationMs`. */
export class ToneSource implements AudioSource {
  readonly error = ''
  readonly #cadence: Cadence
  readonly #repeatFrom: number
  /** 0: as long as the cadence. */
  readonly #durationMs: number
  #segment = 0
  #inSegmentMs = 0
  #playedMs = 0
  /** In turns, so that a phase means the same at any rate. */
  readonly #phases = [0, 0, 0, 0]

  constructor(cadence: Cadence, durationMs = 0) {
    this.#cadence = cadence
    this.#durationMs = durationMs
    const repeated = cadence.findIndex(({ isOnce }) => !isOnce)
    this.#repeatFrom = repeated === -1 ? cadence.length : repeated
  }

  read(frame: Int16Array): SourceRead {
    if (this.#isOver) return 'end'
    const stepMs = 1_000 / (frame.length * FRAMES_PER_SECOND)
    for (let index = 0; index < frame.length; index++) {
      const segment = this.#isOver ? undefined : this.#cadence[this.#segment]
      frame[index] = segment ? this.#sample(segment, stepMs) * this.#envelope(segment) : 0
      if (segment) this.#advance(segment, stepMs)
    }
    return 'audio'
  }

  close(): void {
    this.#segment = this.#cadence.length
  }

  get #isOver(): boolean {
    return this.#segment >= this.#cadence.length || (this.#durationMs > 0 && this.#playedMs >= this.#durationMs - 1e-6)
  }

  #sample({ frequencies, isModulated }: ToneSegment, stepMs: number): number {
    let sum = 0
    for (let index = 0; index < frequencies.length; index++) {
      const phase = this.#phases[index] ?? 0
      this.#phases[index] = (phase + ((frequencies[index] ?? 0) * stepMs) / 1_000) % 1
      const wave = Math.sin(2 * Math.PI * phase)
      if (!isModulated) sum += wave / frequencies.length
      else if (index === 0) sum = wave
      else sum *= 1 - MODULATION_DEPTH * (0.5 - 0.5 * wave)
    }
    return sum * LEVEL
  }

  #envelope({ durationMs }: ToneSegment): number {
    if (durationMs === 0) return Math.min(1, this.#inSegmentMs / RAMP_MS)
    return Math.min(1, this.#inSegmentMs / RAMP_MS, Math.max(0, durationMs - this.#inSegmentMs) / RAMP_MS)
  }

  #advance({ durationMs }: ToneSegment, stepMs: number): void {
    this.#playedMs += stepMs
    this.#inSegmentMs += stepMs
    if (durationMs === 0 || this.#inSegmentMs < durationMs - 1e-6) return
    this.#inSegmentMs = 0
    this.#segment++
    if (this.#segment >= this.#cadence.length) this.#segment = this.#repeatFrom
  }
}
