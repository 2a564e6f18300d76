/** Zero crossings of the sinc on each side: steepness of the filter. */
const ZERO_CROSSINGS = 24
/** Of the lower Nyquist frequency; what lies between is the transition, 8 %. */
const PASSBAND = 0.92
/** Kaiser window: stop band below −70 dB. */
const KAISER_BETA = 7
/** Finer positions than so many between two samples are rounded to the nearest. */
const MAX_PHASES = 1_024
const MIN_RATE_HZ = 4_000
const MAX_RATE_HZ = 192_000

/**
 * Any sample rate to any other, for one stream of mono samples: a polyphase FIR (windowed sinc), linear phase, its delay taken out. What
 * would fold back from above half the lower rate is below −40 dB. Made once a file or stream; allocates only when blocks grow.
 */
export class Resampler {
  readonly #from: number
  readonly #to: number
  readonly #taps: number
  readonly #phases: number
  readonly #coefficients: Float32Array
  /** Samples still needed, the oldest first. */
  #kept: Float32Array
  #keptCount: number
  /** Of the next output sample: whole input samples into `#kept`, and the rest in 1/`#to` of a sample. */
  #position = 0
  #rest = 0

  /** @throws RangeError unless both rates lie between 4000 and 192 000 Hz */
  constructor(fromRateHz: number, toRateHz: number) {
    for (const rate of [fromRateHz, toRateHz])
      if (!Number.isInteger(rate) || rate < MIN_RATE_HZ || rate > MAX_RATE_HZ) throw new RangeError(`Cannot resample: rate ${rate} Hz`)
    const divisor = greatestCommonDivisor(fromRateHz, toRateHz)
    this.#from = fromRateHz / divisor
    this.#to = toRateHz / divisor
    this.#phases = Math.min(this.#to, MAX_PHASES)
    const stretch = Math.max(1, fromRateHz / toRateHz)
    this.#taps = 2 * Math.ceil(ZERO_CROSSINGS * stretch)
    this.#coefficients = filterOf(this.#taps, this.#phases, PASSBAND / stretch)
    // Silence before the first sample: half a filter, so that output begins where input does.
    this.#keptCount = this.#taps / 2 - 1
    this.#kept = new Float32Array(4_096 + this.#taps)
  }

  /** The most samples that `resample()` may return for so many. */
  outputLimit(inputSamples: number): number {
    return Math.ceil(((this.#keptCount + inputSamples) * this.#to) / this.#from) + 1
  }

  /** Takes a block and writes what can be told by now at the start of `output`. @returns samples written */
  resample(input: Int16Array, output: Int16Array): number {
    this.#append(input)
    return this.#drain(output)
  }

  /** Writes what is left after the last block. @returns samples written */
  finish(output: Int16Array): number {
    this.#append(new Int16Array(this.#taps / 2))
    return this.#drain(output)
  }

  #append(input: Int16Array): void {
    if (this.#keptCount + input.length > this.#kept.length) {
      const larger = new Float32Array(2 * (this.#keptCount + input.length))
      larger.set(this.#kept.subarray(0, this.#keptCount))
      this.#kept = larger
    }
    this.#kept.set(input, this.#keptCount)
    this.#keptCount += input.length
  }

  #drain(output: Int16Array): number {
    let written = 0
    for (; this.#position + this.#taps <= this.#keptCount; written++) {
      output[written] = Math.max(-32_768, Math.min(32_767, Math.round(this.#filter())))
      this.#rest += this.#from
      const whole = Math.floor(this.#rest / this.#to)
      this.#rest -= whole * this.#to
      this.#position += whole
    }
    this.#kept.copyWithin(0, Math.min(this.#position, this.#keptCount), this.#keptCount)
    const used = Math.min(this.#position, this.#keptCount)
    this.#keptCount -= used
    this.#position -= used
    return written
  }

  #filter(): number {
    const exact = (this.#rest * this.#phases) / this.#to
    const phase = Math.min(this.#phases - 1, Math.round(exact))
    const taps = this.#taps
    const coefficients = this.#coefficients
    const kept = this.#kept
    let sum = 0
    for (let tap = 0, at = this.#position, from = phase * taps; tap < taps; tap++, at++, from++)
      sum += (kept[at] ?? 0) * (coefficients[from] ?? 0)
    return sum
  }
}

/** All of a recording at another rate. */
export function resampleAll(samples: Int16Array, fromRateHz: number, toRateHz: number): Int16Array {
  const resampler = new Resampler(fromRateHz, toRateHz)
  const output = new Int16Array(resampler.outputLimit(samples.length + 4 * ZERO_CROSSINGS * Math.ceil(fromRateHz / toRateHz + 1)))
  const written = resampler.resample(samples, output)
  const total = written + resampler.finish(output.subarray(written))
  return output.slice(0, Math.min(total, Math.ceil((samples.length * toRateHz) / fromRateHz)))
}

/** Filters by their design: some milliseconds and up to 100 kB each, which all streams between two rates share. */
const filters = new Map<string, Float32Array>()

function filterOf(taps: number, phases: number, cutoff: number): Float32Array {
  const key = `${taps} ${phases} ${cutoff}`
  const filter = filters.get(key) ?? designFilter(taps, phases, cutoff)
  filters.set(key, filter)
  return filter
}

/** Per phase the taps for an output sample that lies `phase / phases` behind the middle tap; each phase sums to one. */
function designFilter(taps: number, phases: number, cutoff: number): Float32Array {
  const coefficients = new Float32Array(taps * phases)
  for (let phase = 0; phase < phases; phase++) {
    const at = phase * taps
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - (taps / 2 - 1) - phase / phases
      const value = sinc(distance * cutoff) * kaiser(distance / (taps / 2))
      coefficients[at + tap] = value
      sum += value
    }
    for (let tap = 0; tap < taps; tap++) coefficients[at + tap] = (coefficients[at + tap] ?? 0) / sum
  }
  return coefficients
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))
const kaiser = (x: number): number => (Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA))

/** Modified Bessel function of the first kind, order 0. */
function bessel(x: number): number {
  let sum = 1
  let term = 1
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other)
}
