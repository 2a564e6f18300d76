import { describe, expect, test } from 'vitest'
import { timestamp } from './fields.ts'
import { addMilliseconds, formatTime, parseTime } from './time.ts'

const time = '2026-01-31T08:00:00.123456Z'

describe('formatTime()', () => {
  test.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [1, '1970-01-01T00:00:00.000001Z'],
    [999_999, '1970-01-01T00:00:00.999999Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
    [Date.UTC(2026, 0, 31, 8) * 1000 + 123_456, time],
  ])('%d µs is %s', (microseconds, text) => {
    expect(formatTime(microseconds)).toBe(text)
    expect(timestamp().parse(text)).toBe(text)
  })
})

describe('parseTime()', () => {
  test('gives whole milliseconds', () => {
    expect(parseTime(time)).toBe(Date.UTC(2026, 0, 31, 8, 0, 0, 123))
  })
})

describe('addMilliseconds()', () => {
  test.each([
    [0, time],
    [1, '2026-01-31T08:00:00.124456Z'],
    [24 * 3600 * 1000, '2026-02-01T08:00:00.123456Z'],
    [-124, '2026-01-31T07:59:59.999456Z'],
  ])('moves by %d ms and keeps the microseconds', (milliseconds, text) => {
    expect(addMilliseconds(time, milliseconds)).toBe(text)
  })
})
