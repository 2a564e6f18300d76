import { writeFileSync } from 'node:fs'
import { findGaps, type Gap, levelDb, shareOf, strongestTone, type Tone } from './measure.ts'
import { SAMPLE_RATE_HZ } from './sources.ts'
import { writeWav } from './wav.ts'

const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000
/** What is kept: an hour. */
const MAX_SAMPLES = 3_600 * SAMPLE_RATE_HZ
/** Room to begin with; it is doubled when it is used up. */
const FIRST_SAMPLES = 5 * SAMPLE_RATE_HZ

/** A stretch of what was heard, in milliseconds since the first sound or silence came. */
export type Stretch = { readonly fromMs?: number; readonly toMs?: number }

/** What a phone heard, as samples on one line of time; what did not come is silence. */
export class Heard {
  #samples = new Int16Array(FIRST_SAMPLES)
  #length = 0

  get durationMs(): number {
    return this.#length / SAMPLES_PER_MS
  }

  /** Puts samples at a place; those before the beginning or after an hour are left out. */
  write(at: number, samples: Int16Array): void {
    const end = at + samples.length
    if (at < 0 || end > MAX_SAMPLES) return
    if (end > this.#samples.length) {
      const larger = new Int16Array(Math.min(MAX_SAMPLES, 2 * end))
      larger.set(this.#samples)
      this.#samples = larger
    }
    this.#samples.set(samples, at)
    this.#length = Math.max(this.#length, end)
  }

  samples({ fromMs = 0, toMs = this.durationMs }: Stretch = {}): Int16Array {
    const end = Math.min(this.#length, Math.floor(toMs * SAMPLES_PER_MS))
    return this.#samples.subarray(Math.max(0, Math.floor(fromMs * SAMPLES_PER_MS)), end)
  }

  /** See `levelDb` of samples. */
  levelDb(stretch?: Stretch): number {
    return levelDb(this.samples(stretch))
  }

  strongestTone(stretch?: Stretch): Tone {
    return strongestTone(this.samples(stretch), SAMPLE_RATE_HZ)
  }

  /** Share of a frequency in all that was heard, 0 to 1. */
  shareOf(frequencyHz: number, stretch?: Stretch): number {
    return shareOf(this.samples(stretch), frequencyHz, SAMPLE_RATE_HZ)
  }

  gaps(stretch: Stretch & { readonly belowDb?: number; readonly minMs?: number } = {}): readonly Gap[] {
    const offset = stretch.fromMs ?? 0
    const found = findGaps(this.samples(stretch), SAMPLE_RATE_HZ, stretch)
    return found.map(({ fromMs, toMs }) => ({ fromMs: fromMs + offset, toMs: toMs + offset }))
  }

  /** A WAV of 16 bits, 8 kHz. */
  save(file: string): void {
    writeFileSync(file, writeWav(this.samples(), SAMPLE_RATE_HZ))
  }
}
