import { describe, expect, test } from 'vitest'
import { gcra, toRateLimitResult } from './gcra.ts'

const nowMicros = 1_769_846_400_000_000
const limit = { nowMicros, intervalMicros: 100_000, burst: 3 }

describe('gcra()', () => {
  test('takes an idle key as one that is due now', () => {
    expect(gcra({ ...limit, storedTatMicros: undefined })).toEqual({ tatMicros: nowMicros + 100_000, slackMicros: 200_000 })
    expect(gcra({ ...limit, storedTatMicros: nowMicros - 5_000_000 })).toEqual({ tatMicros: nowMicros + 100_000, slackMicros: 200_000 })
  })

  test('lets the last of a burst through with no slack, and refuses one microsecond too early', () => {
    expect(gcra({ ...limit, storedTatMicros: nowMicros + 200_000 })).toEqual({ tatMicros: nowMicros + 300_000, slackMicros: 0 })
    expect(gcra({ ...limit, storedTatMicros: nowMicros + 200_001 })).toEqual({ tatMicros: nowMicros + 200_001, slackMicros: -1 })
  })

  test('cuts an arrival time beyond the window down to the window', () => {
    expect(gcra({ ...limit, storedTatMicros: nowMicros + 9_000_000 })).toEqual({ tatMicros: nowMicros + 300_000, slackMicros: -100_000 })
  })
})

describe('toRateLimitResult()', () => {
  test('tells exactly how long to wait', () => {
    expect(toRateLimitResult(-59_880, 59_880)).toEqual({ allowed: false, retryAfterSeconds: 0.05988, remaining: 0 })
  })

  test('counts whole requests only', () => {
    expect(toRateLimitResult(299_999, 100_000)).toEqual({ allowed: true, retryAfterSeconds: 0, remaining: 2 })
  })
})
