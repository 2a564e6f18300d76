import { describe, expect, test, vi } from 'vitest'
import { createSystemClock, sleep } from './clock.ts'

describe('createSystemClock()', () => {
  test('time() grows with each call', () => {
    const clock = createSystemClock()
    const times = Array.from({ length: 5000 }, () => clock.time())
    expect([...new Set(times)].sort()).toEqual(times)
    expect(times[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  })

  test('after() waits longer than a 32-bit timer can, instead of not at all', () => {
    vi.useFakeTimers()
    try {
      const clock = createSystemClock()
      const callback = vi.fn()
      const fortyDays = 40 * 86_400_000
      clock.after(fortyDays, callback)
      const cancel = clock.after(fortyDays, callback)
      vi.advanceTimersByTime(fortyDays - 1)
      expect(callback).not.toHaveBeenCalled()
      cancel()
      vi.advanceTimersByTime(1)
      expect(callback).toHaveBeenCalledTimes(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('sleep() ends when its signal is aborted', async () => {
    const controller = new AbortController()
    const sleeping = sleep(createSystemClock(), 3_600_000, controller.signal)
    controller.abort()
    await sleeping
    await sleep(createSystemClock(), 3_600_000, controller.signal)
  })
})
