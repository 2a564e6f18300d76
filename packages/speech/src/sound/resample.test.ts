import { describe, expect, test } from 'vitest'
import { resample } from './resample.ts'

const tone = (hz: number, rate: number, seconds = 0.5) => ({
  rate,
  samples: Int16Array.from({ length: rate * seconds }, (_, index) => Math.round(16_000 * Math.sin((2 * Math.PI * hz * index) / rate))),
})
/** Without the ends, where the kernel reaches over the edge. */
const power = (samples: Int16Array) => {
  const middle = samples.subarray(200, -200)
  return Math.sqrt(middle.reduce((sum, sample) => sum + sample ** 2, 0) / middle.length)
}

describe('resample()', () => {
  test.each([16_000, 22_050, 24_000, 44_100, 48_000])(
    'from %i to 8000, what a telephone hears stays, and the rest is gone',
    async (rate) => {
      const kept = await resample(tone(1_000, rate), 8_000)
      expect(kept.samples.length).toBe(4_000)
      expect(power(kept.samples) / power(tone(1_000, 8_000).samples)).toBeCloseTo(1, 1)
      const folded = await resample(tone(5_200, rate), 8_000)
      expect(power(folded.samples) / 16_000).toBeLessThan(0.01)
    },
  )

  test('the same rate is the same sound', async () => {
    const sound = tone(440, 8_000)
    expect((await resample(sound, 8_000)).samples).toBe(sound.samples)
  })
})
