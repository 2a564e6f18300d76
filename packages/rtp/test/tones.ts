/** Samples of a tone. */
export function sine(hz: number, sampleRateHz: number, count: number, amplitude = 8_000): Int16Array {
  return Int16Array.from({ length: count }, (_, at) => Math.round(amplitude * Math.sin((2 * Math.PI * hz * at) / sampleRateHz)))
}

/** Amplitude of one frequency in a stretch of samples (Goertzel). */
export function toneLevel(samples: Int16Array, hz: number, sampleRateHz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / sampleRateHz)
  let before = 0
  let last = 0
  for (const sample of samples) [before, last] = [last, sample + turn * last - before]
  return (2 * Math.sqrt(Math.max(0, last * last + before * before - turn * last * before))) / samples.length
}

export function rms(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt(sum / samples.length)
}

export const decibels = (ratio: number): number => 20 * Math.log10(Math.max(ratio, 1e-9))

/** Mean over windows of 20 ms of how much of the energy is that tone: 1 is a pure tone, whatever its phase does between windows. */
export function purity(samples: Int16Array, hz: number, sampleRateHz: number): number {
  const window = sampleRateHz / 50
  let sum = 0
  let windows = 0
  for (let at = 0; at + window <= samples.length; at += window, windows++) {
    const part = samples.subarray(at, at + window)
    const power = rms(part) ** 2
    // Least-squares fit of sine and cosine, so that the window need not hold whole periods.
    let [ss, cc, sc, xs, xc] = [0, 0, 0, 0, 0]
    for (const [index, sample] of part.entries()) {
      const sin = Math.sin((2 * Math.PI * hz * index) / sampleRateHz)
      const cos = Math.cos((2 * Math.PI * hz * index) / sampleRateHz)
      ss += sin * sin
      cc += cos * cos
      sc += sin * cos
      xs += sample * sin
      xc += sample * cos
    }
    const determinant = ss * cc - sc * sc
    const sinShare = (xs * cc - xc * sc) / determinant
    const cosShare = (xc * ss - xs * sc) / determinant
    const fitted = (sinShare * xs + cosShare * xc) / window
    sum += power === 0 ? 0 : fitted / power
  }
  return sum / windows
}
