import { describe, expect, it } from 'vitest'
import { findGaps, levelDb, NO_SOUND_DB, shareOf, strongestTone } from './measure.ts'
import { SAMPLE_RATE_HZ, type Source, samplesSource, toneSource } from './sources.ts'

function take(source: Source, ms: number): Int16Array {
  const samples = new Int16Array(8 * ms)
  source.read(samples)
  return samples
}

describe('levelDb()', () => {
  it('is 3 dB below the peak for a sine, and bottoms out at silence', () => {
    expect(levelDb(take(toneSource([1_000], { levelDb: 0 }), 200))).toBeCloseTo(-3, 1)
    expect(levelDb(take(toneSource([1_000], { levelDb: -20 }), 200))).toBeCloseTo(-23, 1)
    expect(levelDb(new Int16Array(80))).toBe(NO_SOUND_DB)
    expect(levelDb(new Int16Array(0))).toBe(NO_SOUND_DB)
  })
})

describe('strongestTone()', () => {
  it.each([100, 425, 440, 940, 1_475, 3_400])('finds %i Hz', (frequency) => {
    const found = strongestTone(take(toneSource([frequency]), 400), SAMPLE_RATE_HZ)
    expect(found.frequencyHz).toBe(frequency)
    expect(found.share).toBeGreaterThan(0.99)
  })

  it('is not led astray by a packet that is missing in the middle', () => {
    const tone = take(toneSource([750]), 400)
    const torn = Int16Array.from([...tone.subarray(0, 1_600), ...tone.subarray(1_600 + 85)])
    expect(shareOf(torn, 750, SAMPLE_RATE_HZ)).toBeGreaterThan(0.9)
  })

  it('gives half the share to each of two tones, and next to none to noise and silence', () => {
    const both = take(toneSource([770, 1_336]), 400)
    expect(shareOf(both, 770, SAMPLE_RATE_HZ)).toBeCloseTo(0.5, 1)
    expect(shareOf(both, 1_336, SAMPLE_RATE_HZ)).toBeCloseTo(0.5, 1)
    let seed = 1
    const noise = Int16Array.from({ length: 4_000 }, () => {
      seed = (seed * 48_271) % 2_147_483_647
      return (seed % 20_000) - 10_000
    })
    expect(strongestTone(noise, SAMPLE_RATE_HZ).share).toBeLessThan(0.1)
    expect(strongestTone(new Int16Array(800), SAMPLE_RATE_HZ).share).toBe(0)
  })
})

describe('findGaps()', () => {
  it('finds silence between sounds and at the end, not what is shorter than asked for', () => {
    const sound = take(toneSource([440]), 100)
    const samples = Int16Array.from([
      ...sound,
      ...new Int16Array(8 * 60),
      ...sound,
      ...new Int16Array(8 * 20),
      ...sound,
      ...new Int16Array(8 * 50),
    ])
    const gaps = findGaps(samples, SAMPLE_RATE_HZ)
    expect(gaps).toEqual([
      { fromMs: 100, toMs: 160 },
      { fromMs: 380, toMs: 430 },
    ])
  })
})

describe('sources', () => {
  it('end, and fill the rest of their last frame with silence', () => {
    const tone = toneSource([1_000], { durationMs: 15 })
    const frame = new Int16Array(160)
    expect(tone.read(frame)).toBe(true)
    expect(frame.subarray(120).every((sample) => sample === 0)).toBe(true)
    expect(tone.read(frame)).toBe(false)
    const once = samplesSource(Int16Array.of(1, 2, 3))
    expect([once.read(frame), frame[2], frame[3], once.read(frame)]).toEqual([true, 3, 0, false])
    const again = samplesSource(Int16Array.of(1, 2, 3), true)
    expect([again.read(frame), again.read(frame), frame[0]]).toEqual([true, true, 1])
  })
})
