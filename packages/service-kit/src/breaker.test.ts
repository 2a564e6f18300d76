import { TransportError } from '@voipbin/bus'
import { createFakeClock } from '@voipbin/test-kit'
import { describe, expect, test } from 'vitest'
import { BreakerOpen, createBreaker } from './breaker.ts'

const away = async () => {
  throw new TransportError('timeout', 'no reply')
}
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof BreakerOpen ? 'refused' : 'failed'),
  )

describe('createBreaker()', () => {
  test('opens after five transport failures in a row, lets one a second through, and closes with an answer', async () => {
    const clock = createFakeClock()
    const breaker = createBreaker(clock)
    const run = (work: () => Promise<unknown>) => outcome(breaker.run(work))
    for (let n = 0; n < 5; n++) expect(await run(away)).toBe('failed')
    expect(breaker.isOpen()).toBe(true)
    expect(await run(away)).toBe('refused')
    await clock.advance(999)
    expect(await run(away)).toBe('refused')
    await clock.advance(1)
    expect(await run(away)).toBe('failed')
    expect(await run(async () => 'here')).toBe('refused')
    await clock.advance(1000)
    expect(await run(async () => 'here')).toBe('done')
    expect(breaker.isOpen()).toBe(false)
    expect(await run(away)).toBe('failed')
    expect(breaker.isOpen()).toBe(false)
  })

  test('counts neither errors of other kinds nor failures with answers in between', async () => {
    const breaker = createBreaker(createFakeClock())
    const run = (work: () => Promise<unknown>) => outcome(breaker.run(work))
    for (let n = 0; n < 20; n++) {
      await run(async () => {
        throw new Error('a defect')
      })
    }
    for (let n = 0; n < 20; n++) {
      await run(away)
      if (n % 4 === 3) await run(async () => 'here')
    }
    expect(breaker.isOpen()).toBe(false)
  })

  test('lets another through while the one before still waits for its answer', async () => {
    const clock = createFakeClock()
    const breaker = createBreaker(clock)
    for (let n = 0; n < 5; n++) await outcome(breaker.run(away))
    await clock.advance(1000)
    const slow = breaker.run(() => new Promise((resolve) => clock.after(60_000, () => resolve(undefined))))
    expect(await outcome(breaker.run(async () => 'here'))).toBe('refused')
    await clock.advance(1000)
    expect(await outcome(breaker.run(async () => 'here'))).toBe('done')
    await clock.advance(60_000)
    await slow
  })
})
