import { addMilliseconds } from '@voipbin/contracts/time'
import { describe, expect, test } from 'vitest'
import { type Outcome, retryAfterMs, settle, type Verdict, verdictOf } from './delivery.ts'

const start = '2026-01-01T00:00:00.000000Z'
const attempt = { tm_start: start, duration_ms: 5, method: 'POST', uri: 'http://r/', status_code: 0, error: 'ECONNREFUSED' }
const fresh = { attempt_count: 0, tries: 0, tm_queue: start, attempts: [] }
const outcome = (verdict: Verdict, waitMs = 0): Outcome => ({ attempt, verdict, retryAfterMs: waitMs })

describe('verdictOf()', () => {
  test.each([
    [200, 'delivered'],
    [299, 'delivered'],
    [302, 'rejected'],
    [304, 'rejected'],
    [400, 'rejected'],
    [401, 'rejected'],
    [404, 'rejected'],
    [410, 'rejected'],
    [408, 'failed'],
    [425, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
    [599, 'failed'],
  ])('%i: %s', (status, verdict) => {
    expect(verdictOf(status)).toBe(verdict)
  })
})

describe('retryAfterMs()', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  test.each([
    [undefined, 0],
    ['', 0],
    ['120', 120_000],
    ['7200', 3_600_000],
    ['-5', 0],
    ['soon', 0],
    ['Thu, 01 Jan 2026 00:01:30 GMT', 90_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['Fri, 02 Jan 2026 00:00:00 GMT', 3_600_000],
  ])('"%s": %i ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected)
  })
})

describe('settle()', () => {
  test('an end is final', () => {
    expect(settle(fresh, outcome('delivered'), start)).toMatchObject({ state: 'delivered', tm_next: null, attempt_count: 1 })
    expect(settle(fresh, outcome('rejected'), start)).toMatchObject({ state: 'rejected', tm_next: null })
    expect(settle(fresh, outcome('refused'), start)).toMatchObject({ state: 'dead', tm_next: null, last_error: 'ECONNREFUSED' })
  })

  test('a failure is tried again after longer and longer waits, and given up a day after the event', () => {
    let delivery = { ...fresh, attempts: [] as readonly (typeof attempt)[] }
    let now = start
    const waits: number[] = []
    for (;;) {
      const settled = settle(delivery, outcome('failed'), now)
      if (settled.tm_next === null) {
        expect(settled.state).toBe('dead')
        break
      }
      expect(settled.state).toBe('waiting')
      waits.push((Date.parse(settled.tm_next) - Date.parse(now)) / 1000)
      now = settled.tm_next
      delivery = { ...delivery, ...settled }
    }
    expect(waits).toEqual([1, 5, 30, 120, 600, 1800, 3600, 7200, 14400, 14400, 14400, 14400, 14400])
    expect(Date.parse(now) - Date.parse(start)).toBeLessThan(86_400_000)
  })

  test('waits as long as the receiver asks, where that is longer', () => {
    expect(settle(fresh, outcome('failed', 20_000), start).tm_next).toBe(addMilliseconds(start, 20_000))
    expect(settle(fresh, outcome('failed', 10), start).tm_next).toBe(addMilliseconds(start, 1000))
  })

  test('what stood a day behind others is tried once and given up', () => {
    expect(settle(fresh, outcome('failed'), addMilliseconds(start, 86_400_000))).toMatchObject({ state: 'dead', attempt_count: 1 })
  })

  test('keeps the last fifty attempts', () => {
    const attempts = Array.from({ length: 50 }, () => ({ ...attempt, error: 'old' }))
    const settled = settle({ ...fresh, attempt_count: 70, attempts }, outcome('failed'), start)
    expect(settled.attempt_count).toBe(71)
    expect(settled.attempts).toHaveLength(50)
    expect(settled.attempts.at(-1)?.error).toBe('ECONNREFUSED')
  })
})
