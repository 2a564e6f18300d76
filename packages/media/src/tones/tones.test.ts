import { expect, test } from 'vitest'
import { level, levelOf } from '../../test/listen.ts'
import { countryTones } from './countries.ts'
import { findTone } from './find-tone.ts'
import { ToneSource } from './tone-source.ts'

function play(name: string, ms: number, options: { rate?: number; durationMs?: number } = {}): Int16Array {
  const source = new ToneSource(findTone(name) ?? [], options.durationMs)
  const frame = new Int16Array((options.rate ?? 8_000) / 50)
  const heard: number[] = []
  for (let at = 0; at < ms && source.read(frame) === 'audio'; at += 20) heard.push(...frame)
  return Int16Array.from(heard)
}

test('ringback of the United States is 440 and 480 Hz, 2 s of 6', () => {
  const heard = play('ringback/us', 8_000)
  expect(levelOf(heard.subarray(0, 16_000), 440)).toBeCloseTo(-19.5, 0)
  expect(levelOf(heard.subarray(0, 16_000), 480)).toBeCloseTo(-19.5, 0)
  expect(levelOf(heard.subarray(0, 16_000), 425)).toBeLessThan(-60)
  expect(level(heard.subarray(16_000, 48_000))).toBe(-120)
  expect(level(heard.subarray(48_100, 64_000))).toBeGreaterThan(-20)
})

test('a tone has the same frequency at any rate', () => {
  for (const rate of [8_000, 16_000, 44_100, 48_000]) expect(levelOf(play('dial/de', 400, { rate }), 425, rate)).toBeCloseTo(-13.5, 0)
})

test('beep ends by itself, a tone with a duration after it', () => {
  expect(play('beep', 2_000).length).toBe(260 * 8) // 250 ms fill 13 frames
  expect(play('dial', 2_000, { durationMs: 500 }).length).toBe(500 * 8)
})

test('a modulated tone is heard beside its frequency', () => {
  const heard = play('ringback/jp', 1_000)
  expect(levelOf(heard, 400)).toBeGreaterThan(-22)
  expect(levelOf(heard, 420)).toBeGreaterThan(-30)
  expect(levelOf(heard, 440)).toBeLessThan(-50)
})

test.each(Object.keys(countryTones))('every tone of %s can be read and stays below clipping', (country) => {
  for (const tone of ['dial', 'ringback', 'busy', 'congestion']) {
    const heard = play(`${tone}/${country}`, 3_000)
    expect(Math.max(...heard.subarray(0, 8_000))).toBeLessThan(10_000)
    expect(level(heard)).toBeGreaterThan(-30)
  }
})

test('findTone() knows no other names', () => {
  expect(findTone('ringback/xx')).toBeUndefined()
  expect(findTone('constructor')).toBeUndefined()
  expect(findTone('us/constructor')).toBeUndefined()
  expect(findTone('440/')).toBeUndefined()
  expect(findTone('440+480/2000,0/4000')).toHaveLength(2)
})
