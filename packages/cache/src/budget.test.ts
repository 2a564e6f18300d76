import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { withinBudget } from './budget.ts'

describe('withinBudget()', () => {
  const late = () => new Error('late')
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('settles as the work does and leaves no timer behind', async () => {
    await expect(withinBudget(Promise.resolve(1), 50, late)).resolves.toBe(1)
    await expect(withinBudget(Promise.reject(new RangeError('no')), 50, late)).rejects.toThrow(RangeError)
    await nextTurn()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('rejects when the budget is over, not before', async () => {
    const outcome = vi.fn()
    withinBudget(new Promise(() => {}), 50, late).catch(outcome)
    await vi.advanceTimersByTimeAsync(49)
    expect(outcome).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(outcome).toHaveBeenCalledWith(new Error('late'))
  })

  test('a process that was busy gives the work one more budget, and no third', async () => {
    const start = performance.now()
    const clock = vi.spyOn(performance, 'now')
    clock.mockReturnValueOnce(start).mockReturnValueOnce(start + 90)
    const outcome = vi.fn()
    withinBudget(new Promise(() => {}), 50, late).catch(outcome)
    await vi.advanceTimersByTimeAsync(99)
    expect(outcome).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(outcome).toHaveBeenCalledOnce()
  })
})
