import { describe, expect, it } from 'vitest'
import { decibels, purity, rms, sine, toneLevel } from '../../test/tones.ts'
import type { AudioCodec } from './audio-codec.ts'
import { pcma, pcmu } from './g711.ts'
import { l16 } from './l16.ts'
import { PitchConcealer } from './loss-concealer.ts'
import { Resampler, resampleAll } from './resampler.ts'
import { lengthen, maxStretch, shorten } from './time-stretch.ts'

function through(codec: AudioCodec, samples: Int16Array): Int16Array {
  const octets = new Uint8Array(samples.length * codec.octetsPerSample)
  const decoded = new Int16Array(samples.length)
  expect(codec.encode(samples, samples.length, octets, 0)).toBe(octets.length)
  expect(codec.decode(octets, 0, octets.length, decoded)).toBe(samples.length)
  return decoded
}

function decodeOne(codec: AudioCodec, octet: number): number {
  const samples = new Int16Array(1)
  codec.decode(Uint8Array.of(octet), 0, 1, samples)
  return samples[0] ?? 0
}

describe('G.711', () => {
  it.each<[AudioCodec, readonly (readonly [number, number])[]]>([
    [
      pcmu,
      [
        [0xff, 0],
        [0x7f, 0],
        [0x80, 32_124],
        [0x00, -32_124],
        [0xf0, 120],
        [0xfe, 8],
        [0x7e, -8],
        [0xef, 132],
      ],
    ],
    [
      pcma,
      [
        [0xd5, 8],
        [0x55, -8],
        [0xaa, 32_256],
        [0x2a, -32_256],
        [0xd4, 24],
        [0xc5, 264],
      ],
    ],
  ])('decodes $name by the tables of the standard', (codec, pairs) => {
    for (const [octet, sample] of pairs) expect([octet, decodeOne(codec, octet)]).toEqual([octet, sample])
  })

  it.each([pcmu, pcma])('$name encodes every decoded value to the octet that it came from', (codec) => {
    for (let octet = 0; octet < 256; octet++) {
      const encoded = new Uint8Array(1)
      codec.encode(Int16Array.of(decodeOne(codec, octet)), 1, encoded, 0)
      // µ-law has two zeros.
      expect(encoded[0]).toBe(codec === pcmu && octet === 0x7f ? 0xff : octet)
    }
  })

  it.each<[AudioCodec, (magnitude: number) => number]>([
    [pcmu, (magnitude) => (magnitude + 132) / 32],
    [pcma, (magnitude) => Math.max(8, magnitude / 32)],
  ])('$name brings all 65 536 samples back within half a step, in order', (codec, halfStep) => {
    const samples = Int16Array.from({ length: 65_536 }, (_, at) => at - 32_768)
    const decoded = through(codec, samples)
    for (const [at, sample] of samples.entries()) {
      const back = decoded[at] ?? 0
      if (Math.abs(back - sample) > halfStep(Math.abs(sample)) + 1) throw new Error(`${codec.name}: ${sample} became ${back}`)
      if (back < (decoded[at - 1] ?? -40_000)) throw new Error(`${codec.name}: ${sample} became less than ${sample - 1}`)
    }
  })

  it.each([pcmu, pcma])('$name keeps a tone: level within 0.1 dB, noise 35 dB below', (codec) => {
    const decoded = through(codec, sine(1_004, 8_000, 8_000, 16_000))
    expect(decibels(toneLevel(decoded, 1_004, 8_000) / 16_000)).toBeCloseTo(0, 1)
    expect(purity(decoded, 1_004, 8_000)).toBeGreaterThan(1 - 10 ** -3.5)
  })
})

describe('L16', () => {
  it('is big-endian, and loses nothing', () => {
    const codec = l16(16_000)
    const octets = new Uint8Array(8)
    expect(codec.encode(Int16Array.of(1, -2, 32_767), 3, octets, 2)).toBe(6)
    expect(Buffer.from(octets).toString('hex')).toBe('00000001fffe7fff')
    const samples = new Int16Array(3)
    expect(codec.decode(octets, 2, 8, samples)).toBe(3)
    expect([...samples]).toEqual([1, -2, 32_767])
    expect(codec.decode(octets, 2, 7, samples)).toBe(2)
  })
})

describe('PitchConcealer', () => {
  /** Twenty-millisecond frames of a tone, of which some are lost. */
  function conceal(hz: number, isLost: (frame: number) => boolean, frames = 50, rate = 8_000): Int16Array {
    const frame = rate / 50
    const heard = sine(hz, rate, frame * frames)
    const concealer = new PitchConcealer(rate)
    for (let number = 0; number < frames; number++) {
      if (isLost(number)) concealer.conceal(heard, number * frame, (number + 1) * frame)
      else concealer.receive(heard, number * frame, (number + 1) * frame)
    }
    return heard
  }
  const frameOf = (samples: Int16Array, number: number, frame = 160) => samples.subarray(number * frame, (number + 1) * frame)
  const full = rms(sine(150, 8_000, 8_000))

  it.each([
    [100, 8_000],
    [150, 8_000],
    [190, 8_000],
    [440, 8_000],
    [150, 16_000],
  ])('goes on with a tone of %i Hz at %i Hz for a lost frame, without a click', (hz, rate) => {
    const heard = conceal(hz, (number) => number === 20, 50, rate)
    const frame = rate / 50
    const level = decibels(rms(frameOf(heard, 20, frame)) / full)
    expect(level).toBeGreaterThan(-3)
    expect(level).toBeLessThan(0.5)
    const largestStep = (samples: Int16Array) =>
      samples.reduce((most, sample, at) => (at === 0 ? 0 : Math.max(most, Math.abs(sample - (samples[at - 1] ?? 0)))), 0)
    const clean = largestStep(sine(hz, rate, 8_000))
    expect(largestStep(heard.subarray(19 * frame, 23 * frame))).toBeLessThan(1.6 * clean + 50)
  })

  it('fades to silence in 60 ms', () => {
    const heard = conceal(150, (number) => number >= 20 && number < 30)
    const levels = [20, 21, 22, 23, 24].map((number) => rms(frameOf(heard, number)) / full)
    expect(levels[0]).toBeGreaterThan(0.7)
    expect(levels[1]).toBeLessThan(0.8)
    expect(levels[2]).toBeLessThan(0.4)
    expect(levels.slice(3)).toEqual([0, 0])
    expect(rms(frameOf(heard, 31)) / full).toBeCloseTo(1, 1)
  })

  it('makes up nothing before it has heard anything, nor after a reset', () => {
    const concealer = new PitchConcealer(8_000)
    const frame = new Int16Array(160).fill(99)
    concealer.conceal(frame, 0, 160)
    expect(rms(frame)).toBe(0)
    concealer.receive(sine(150, 8_000, 800), 0, 800)
    concealer.reset()
    concealer.conceal(frame, 0, 160)
    expect(rms(frame)).toBe(0)
  })
})

describe('time stretch', () => {
  it.each([
    [shorten, 150],
    [shorten, 440],
    [lengthen, 150],
    [lengthen, 440],
    [lengthen, 1_000],
  ])('%o keeps a tone of %i Hz pure', (stretch, hz) => {
    const source = sine(hz, 8_000, 16_000)
    const frame = new Int16Array(160)
    const output = new Int16Array(8_000)
    let used = 0
    for (let at = 0; at < output.length; at += 160) {
      // Every fifth frame is stretched.
      if (at % 800 === 0) used += stretch(source.subarray(used, used + 160 + maxStretch(160)), frame)
      else {
        frame.set(source.subarray(used, used + 160))
        used += 160
      }
      output.set(frame, at)
    }
    expect(Math.abs(used - 8_000)).toBeGreaterThan(50 * 4)
    expect(Math.abs(decibels(rms(output) / rms(source)))).toBeLessThan(0.6)
    expect(purity(output, hz, 8_000)).toBeGreaterThan(0.95)
  })
})

describe('Resampler', () => {
  it.each([
    [44_100, 8_000],
    [48_000, 8_000],
    [22_050, 8_000],
    [11_025, 8_000],
    [16_000, 8_000],
    [48_000, 16_000],
    [44_100, 16_000],
    [8_000, 16_000],
    [8_000, 44_100],
    [44_056, 8_000],
  ])('%i to %i Hz: speech band level, no images, nothing folds back', (from, to) => {
    for (const hz of [300, 1_000, 3_000]) {
      const heard = resampleAll(sine(hz, from, from), from, to).subarray(to / 10, (to * 9) / 10)
      expect(Math.abs(decibels(toneLevel(heard, hz, to) / 8_000)), `${hz} Hz`).toBeLessThan(0.3)
      expect(1 - purity(heard, hz, to), `${hz} Hz`).toBeLessThan(10 ** -4)
    }
    const limit = Math.min(from, to) / 2
    for (let hz = limit * 1.02; hz < from / 2; hz += Math.max(from / 37, 200)) {
      const folded = resampleAll(sine(hz, from, from / 4, 16_000), from, to)
      const middle = folded.subarray(folded.length >> 2, (folded.length * 3) >> 2)
      expect(decibels(rms(middle) / (16_000 / Math.SQRT2)), `${hz} Hz`).toBeLessThan(-40)
    }
  })

  it('keeps length and place, and answers alike for one block and for many', () => {
    const input = sine(500, 44_100, 44_100)
    const whole = resampleAll(input, 44_100, 8_000)
    expect(whole).toHaveLength(8_000)
    const resampler = new Resampler(44_100, 8_000)
    const pieces: number[] = []
    for (let at = 0; at < input.length; at += 777) {
      const block = input.subarray(at, at + 777)
      const output = new Int16Array(resampler.outputLimit(block.length))
      pieces.push(...output.subarray(0, resampler.resample(block, output)))
    }
    const rest = new Int16Array(1_000)
    pieces.push(...rest.subarray(0, resampler.finish(rest)))
    expect(pieces.slice(0, 8_000)).toEqual([...whole])
    const expected = sine(500, 8_000, 8_000)
    const error = whole.map((sample, at) => sample - (expected[at] ?? 0)).subarray(100, 7_900)
    expect(decibels(rms(error) / rms(expected))).toBeLessThan(-45)
  })

  it('clips instead of turning over, and refuses rates that are none', () => {
    const loud = Int16Array.from({ length: 4_800 }, (_, at) => (Math.floor(at / 40) % 2 === 0 ? 32_767 : -32_768))
    const output = resampleAll(loud, 48_000, 8_000)
    expect(Math.max(...output)).toBe(32_767)
    for (const rate of [0, -8_000, 8_000.5, 500_000, Number.NaN]) expect(() => new Resampler(rate, 8_000)).toThrow(RangeError)
  })
})
