/** Level of one frequency in dB below full scale (Goertzel). A sine of full scale is about −3. */
export function levelOf(samples: Int16Array, frequency: number, rate = 8_000): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate)
  let [one, two] = [0, 0]
  for (const sample of samples) [one, two] = [sample / 32_768 + coefficient * one - two, one]
  const power = (one * one + two * two - coefficient * one * two) / (samples.length * samples.length)
  return decibels(2 * power)
}

/** Level of everything in dB below full scale. */
export function level(samples: Int16Array): number {
  let power = 0
  for (const sample of samples) power += (sample / 32_768) ** 2
  return decibels(power / Math.max(1, samples.length))
}

const decibels = (power: number): number => (power <= 1e-12 ? -120 : 10 * Math.log10(power))

/** A sine at so many dB below full scale. */
export function sine(options: { frequency: number; ms: number; rate?: number; dB?: number; phase?: number }): Int16Array {
  const { frequency, ms, rate = 8_000, dB = -13, phase = 0 } = options
  const peak = 32_768 * Math.SQRT2 * 10 ** (dB / 20)
  return Int16Array.from({ length: Math.round((ms * rate) / 1_000) }, (_, index) =>
    Math.round(peak * Math.sin(phase + (2 * Math.PI * frequency * index) / rate)),
  )
}
