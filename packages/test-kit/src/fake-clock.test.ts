import { describe, expect, test } from 'vitest'
import { createFakeClock } from './fake-clock.ts'

describe('createFakeClock()', () => {
  test('advance() calls back in order of time, also what is set on the way', async () => {
    const clock = createFakeClock(0)
    const calls: [string, number][] = []
    clock.after(300, () => calls.push(['c', clock.now()]))
    clock.after(100, () => {
      calls.push(['a', clock.now()])
      clock.after(100, () => calls.push(['b', clock.now()]))
    })
    clock.after(1000, () => calls.push(['late', clock.now()]))
    const cancel = clock.after(150, () => calls.push(['cancelled', clock.now()]))
    cancel()
    await clock.advance(300)
    expect(calls).toEqual([
      ['a', 100],
      ['b', 200],
      ['c', 300],
    ])
    expect(clock.now()).toBe(300)
  })

  test('jump() calls back late, and once what repeats itself', async () => {
    const clock = createFakeClock(0)
    const calls: number[] = []
    const repeat = () => {
      calls.push(clock.now())
      clock.after(100, repeat)
    }
    clock.after(100, repeat)
    await clock.jump(10_000)
    expect(calls).toEqual([10_000])
    await clock.advance(100)
    expect(calls).toEqual([10_000, 10_100])
  })

  test('time() grows while the clock stands', () => {
    const clock = createFakeClock()
    expect([clock.time(), clock.time()]).toEqual(['2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000001Z'])
  })
})
