/** Fills gaps from what was heard before. A range is `samples[from]` to before `samples[to]`. */
export type LossConcealer = {
  /** Takes note of good samples; the first after a gap may be blended with what was made up. */
  receive(samples: Int16Array, from: number, to: number): void
  /** Makes up samples. */
  conceal(samples: Int16Array, from: number, to: number): void
  /** Forgets all: another source speaks. */
  reset(): void
}

/** Pitch of voices, 66 to 200 Hz (ITU-T G.711 Appendix I). */
const MIN_PERIOD_MS = 5
const MAX_PERIOD_MS = 15
/** Over which two periods are compared. */
const COMPARED_MS = 20
/** Full level for the first 10 ms, then 20 % less each 10 ms: silent after 60. */
const FULL_LEVEL_MS = 10
const FADE_MS = 50
/** Blend of made-up and real samples when they come again. */
const RETURN_MS = 5

/**
 * Packet-loss concealment in the manner of ITU-T G.711 Appendix I: the last pitch period is repeated and fades away. Simpler than the
 * standard: no delay of its own, one period only. Allocates nothing after its construction.
 */
export class PitchConcealer implements LossConcealer {
  readonly #minPeriod: number
  readonly #maxPeriod: number
  readonly #compared: number
  readonly #fullSamples: number
  readonly #fadeSamples: number
  readonly #returnSamples: number
  /** The latest samples, made-up ones included, the newest last. */
  readonly #history: Int16Array
  /** The period that is repeated, its end blended into its beginning. */
  readonly #period: Float32Array
  #periodSamples = 0
  /** Made up since the last good sample. */
  #madeUp = 0

  constructor(sampleRateHz: number) {
    const perMs = sampleRateHz / 1_000
    this.#minPeriod = MIN_PERIOD_MS * perMs
    this.#maxPeriod = MAX_PERIOD_MS * perMs
    this.#compared = COMPARED_MS * perMs
    this.#fullSamples = FULL_LEVEL_MS * perMs
    this.#fadeSamples = FADE_MS * perMs
    this.#returnSamples = RETURN_MS * perMs
    this.#history = new Int16Array(this.#compared + this.#maxPeriod + this.#maxPeriod / 4)
    this.#period = new Float32Array(this.#maxPeriod)
  }

  receive(samples: Int16Array, from: number, to: number): void {
    if (this.#madeUp > 0) {
      const blended = Math.min(this.#returnSamples, to - from)
      for (let at = 0; at < blended; at++) {
        const real = (at + 1) / (blended + 1)
        samples[from + at] = Math.round((samples[from + at] ?? 0) * real + this.#nextMadeUp() * (1 - real))
      }
      this.#madeUp = 0
    }
    this.#append(samples, from, to)
  }

  conceal(samples: Int16Array, from: number, to: number): void {
    if (this.#madeUp === 0) this.#choosePeriod()
    for (let at = from; at < to; at++) samples[at] = Math.round(this.#nextMadeUp())
    this.#append(samples, from, to)
  }

  reset(): void {
    this.#history.fill(0)
    this.#madeUp = 0
    this.#periodSamples = 0
  }

  #nextMadeUp(): number {
    const faded = Math.max(0, this.#madeUp - this.#fullSamples) / this.#fadeSamples
    const sample = this.#periodSamples === 0 || faded >= 1 ? 0 : (this.#period[this.#madeUp % this.#periodSamples] ?? 0) * (1 - faded)
    this.#madeUp++
    return sample
  }

  #append(samples: Int16Array, from: number, to: number): void {
    const history = this.#history
    const count = Math.min(to - from, history.length)
    history.copyWithin(0, count)
    for (let at = 0; at < count; at++) history[history.length - count + at] = samples[to - count + at] ?? 0
  }

  /** The last period, whose end is blended with what came before the period, so that it repeats without a click. */
  #choosePeriod(): void {
    const history = this.#history
    const period = this.#findPeriod()
    const start = history.length - period
    const blended = period >> 2
    for (let at = 0; at < period; at++) {
      const newest = history[start + at] ?? 0
      const fromEnd = period - at
      const before = fromEnd <= blended ? (history[start + at - period] ?? 0) : 0
      const share = fromEnd <= blended ? (blended - fromEnd + 1) / (blended + 1) : 0
      this.#period[at] = newest * (1 - share) + before * share
    }
    this.#periodSamples = period
  }

  /** The lag at which the history looks most like itself (normalised cross-correlation). */
  #findPeriod(): number {
    const history = this.#history
    const end = history.length
    let best = this.#minPeriod
    let bestScore = Number.NEGATIVE_INFINITY
    for (let lag = this.#minPeriod; lag <= this.#maxPeriod; lag++) {
      let product = 0
      let energy = 1
      for (let at = end - this.#compared; at < end; at++) {
        const delayed = history[at - lag] ?? 0
        product += (history[at] ?? 0) * delayed
        energy += delayed * delayed
      }
      const score = product / Math.sqrt(energy)
      if (score > bestScore) {
        bestScore = score
        best = lag
      }
    }
    return best
  }
}
