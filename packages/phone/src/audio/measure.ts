/** dB below full scale of what is no sound at all. */
export const NO_SOUND_DB = -100

/** Power of samples: 0 dB is a square wave at full scale, a full sine −3. */
export function levelDb(samples: Int16Array): number {
  if (samples.length === 0) return NO_SOUND_DB
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return sum === 0 ? NO_SOUND_DB : Math.max(NO_SOUND_DB, 10 * Math.log10(sum / samples.length / 32_768 ** 2))
}

/** Long enough to tell tones 20 Hz apart, short enough that a lost packet spoils little. */
const SHARE_WINDOW_MS = 50

/**
 * Share of one frequency in the power of samples, 0 to 1 (Goertzel): a pure sine of it comes to 1. Measured in short windows and added up,
 * because a lost or late packet shifts the phase, and over all of it one half would cancel the other.
 */
export function shareOf(samples: Int16Array, frequencyHz: number, sampleRateHz: number): number {
  const window = (sampleRateHz * SHARE_WINDOW_MS) / 1000
  const count = Math.max(1, Math.floor(samples.length / window))
  let found = 0
  let total = 0
  for (let index = 0; index < count; index++) {
    const part = samples.subarray(index * window, (index + 1) * window)
    const { energy, power } = measure(part, (2 * Math.PI * frequencyHz) / sampleRateHz)
    found += power === 0 ? 0 : Math.min(power, (2 * energy) / part.length)
    total += power
  }
  return total === 0 ? 0 : found / total
}

function measure(samples: Int16Array, turnsPerSample: number): { readonly energy: number; readonly power: number } {
  const coefficient = 2 * Math.cos(turnsPerSample)
  let before = 0
  let last = 0
  let power = 0
  for (const sample of samples) {
    const next = sample + coefficient * last - before
    before = last
    last = next
    power += sample * sample
  }
  return { energy: last * last + before * before - coefficient * last * before, power }
}

export type Tone = { readonly frequencyHz: number; readonly share: number; readonly levelDb: number }

const LOWEST_HZ = 100
const STEP_HZ = 5

/** The frequency with the most power, to 5 Hz: at most a second of sound is looked at. */
export function strongestTone(samples: Int16Array, sampleRateHz: number): Tone {
  const part = samples.subarray(0, sampleRateHz)
  let best: Tone = { frequencyHz: 0, share: 0, levelDb: levelDb(part) }
  for (let frequencyHz = LOWEST_HZ; frequencyHz < sampleRateHz / 2; frequencyHz += STEP_HZ) {
    const share = shareOf(part, frequencyHz, sampleRateHz)
    if (share > best.share) best = { ...best, frequencyHz, share }
  }
  return best
}

export type Gap = { readonly fromMs: number; readonly toMs: number }

const WINDOW_MS = 10

/** Stretches below a level, at least so long. */
export function findGaps(samples: Int16Array, sampleRateHz: number, { belowDb = -50, minMs = 30 } = {}): readonly Gap[] {
  const window = (sampleRateHz * WINDOW_MS) / 1000
  const gaps: Gap[] = []
  let fromMs: number | undefined
  const total = Math.floor(samples.length / window)
  for (let index = 0; index <= total; index++) {
    const atMs = index * WINDOW_MS
    const isQuiet = index < total && levelDb(samples.subarray(index * window, (index + 1) * window)) < belowDb
    if (isQuiet) fromMs ??= atMs
    else if (fromMs !== undefined) {
      if (atMs - fromMs >= minMs) gaps.push({ fromMs, toMs: atMs })
      fromMs = undefined
    }
  }
  return gaps
}
