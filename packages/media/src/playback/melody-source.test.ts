import { expect, test } from 'vitest'
import { levelOf } from '../../test/listen.ts'
import { MelodySource } from './melody-source.ts'

function play(frames: number, samples: number): Int16Array {
  const source = new MelodySource()
  const frame = new Int16Array(samples)
  return Int16Array.from(
    Array.from({ length: frames }, () => {
      source.read(frame)
      return [...frame]
    }).flat(),
  )
}

test('the melody begins with a G over a C, at any rate', () => {
  for (const samples of [160, 320, 960]) {
    const first = play(20, samples)
    expect(levelOf(first, 392, samples * 50)).toBeGreaterThan(-30)
    expect(levelOf(first, 130.8, samples * 50)).toBeGreaterThan(-30)
    expect(levelOf(first, 340, samples * 50)).toBeLessThan(-40)
  }
})

test('it goes round without a click and never clips', () => {
  const twice = play(1_280, 160)
  expect(twice.subarray(0, 102_400)).toEqual(twice.subarray(102_400))
  expect(Math.max(...twice.subarray(0, 50_000))).toBeLessThan(16_000)
  let step = 0
  for (let at = 1; at < twice.length; at++) step = Math.max(step, Math.abs((twice[at] ?? 0) - (twice[at - 1] ?? 0)))
  expect(step).toBeLessThan(5_500)
})
