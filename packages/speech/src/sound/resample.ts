import type { Sound } from './sound.ts'

/** Zero crossings of the kernel on either side: 60 dB and more of what would fold back is gone. */
const CROSSINGS = 16
/** Of the lower of both rates: where the pass band ends. */
const PASS = 0.92
/** Samples made between two turns of the event loop. */
const PIECE = 32_000

/** The same sound at another rate, by a windowed sinc (Blackman). Long sounds leave others a turn now and then. */
export async function resample({ rate: from, samples }: Sound, to: number): Promise<Sound> {
  if (from === to) return { rate: to, samples }
  const into = new Int16Array(Math.floor((samples.length * to) / from))
  const step = from / to
  const kernel = kernelOf(from, to)
  for (let start = 0; start < into.length; start += PIECE) {
    const end = Math.min(into.length, start + PIECE)
    for (let index = start; index < end; index++) into[index] = sampleAt(samples, index * step, kernel)
    if (end < into.length) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  return { rate: to, samples: into }
}

type Kernel = { readonly reach: number; readonly phases: readonly Float64Array[] }

/** Places between two samples at which the kernel is kept ready; whole ratios such as 2 and 3 need the first alone. */
const PHASES = 256

function kernelOf(from: number, to: number): Kernel {
  const cutoff = PASS * Math.min(1, to / from)
  const reach = Math.ceil(CROSSINGS / cutoff)
  const phases = Array.from({ length: PHASES + 1 }, (_, phase) => weights(phase / PHASES, reach, cutoff))
  return { reach, phases }
}

function weights(fraction: number, reach: number, cutoff: number): Float64Array {
  const row = new Float64Array(2 * reach)
  let sum = 0
  for (let tap = 0; tap < row.length; tap++) {
    const x = tap - reach + 1 - fraction
    const turn = (Math.PI * x) / reach
    const weight = Math.abs(x) >= reach ? 0 : sinc(x * cutoff) * (0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn))
    row[tap] = weight
    sum += weight
  }
  return row.map((weight) => weight / sum)
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

function sampleAt(samples: Int16Array, position: number, { reach, phases }: Kernel): number {
  const whole = Math.floor(position)
  const row = phases[Math.round((position - whole) * PHASES)]
  if (!row) return 0
  let sum = 0
  for (let tap = 0; tap < row.length; tap++) sum += (row[tap] ?? 0) * (samples[whole - reach + 1 + tap] ?? 0)
  return Math.max(-32_768, Math.min(32_767, Math.round(sum)))
}
