import { createFakeClock } from '@voipbin/test-kit'
import { describe, expect, test, vi } from 'vitest'
import { createLogger } from './logger.ts'
import { startLoop } from './loop.ts'

const silent = createLogger('silent', {})

describe('startLoop()', () => {
  test('a nudge that comes while a step runs leads to another step at once', async () => {
    const clock = createFakeClock()
    let steps = 0
    let finishStep = () => {}
    const loop = startLoop(clock, silent, 'test', async () => {
      steps++
      if (steps === 1) await new Promise<void>((resolve) => (finishStep = resolve))
      return 1000
    })
    await clock.settle()
    loop.nudge()
    finishStep()
    await clock.settle()
    expect(steps).toBe(2)
    await clock.advance(999)
    expect(steps).toBe(2)
    await loop.close()
  })

  test('a nudge at any moment of a step is followed by a step that starts after it', async () => {
    const clock = createFakeClock()
    let steps = 0
    for (let turns = 0; turns < 12; turns++) {
      let startedAfterNudge = false
      let isNudged = false
      const loop = startLoop(clock, silent, 'test', async () => {
        if (isNudged) startedAfterNudge = true
        steps++
        await Promise.resolve()
        await Promise.resolve()
        return 1000
      })
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      isNudged = true
      loop.nudge()
      await clock.settle()
      expect(startedAfterNudge, `after ${turns} turns`).toBe(true)
      await loop.close()
    }
    expect(steps).toBeGreaterThan(12)
  })

  test('many nudges during one step are one more step', async () => {
    const clock = createFakeClock()
    const step = vi.fn(async () => {
      await new Promise<void>((resolve) => setImmediate(resolve))
      return 1000
    })
    const loop = startLoop(clock, silent, 'test', step)
    for (let n = 0; n < 50; n++) loop.nudge()
    await clock.settle()
    expect(step).toHaveBeenCalledTimes(2)
    await loop.close()
  })

  test('steps that fail come after 100, 200, 400 … 2000 ms, whatever the nudges', async () => {
    const clock = createFakeClock()
    const at: number[] = []
    const loop = startLoop(clock, silent, 'test', async () => {
      at.push(clock.monotonic())
      throw new Error('away')
    })
    for (let ms = 0; ms < 8000; ms += 50) {
      loop.nudge()
      await clock.advance(50)
    }
    expect(at).toEqual([0, 100, 300, 700, 1500, 3100, 5100, 7100])
    await loop.close()
  })

  test('steps without a pause leave the event loop its turns', async () => {
    let steps = 0
    const loop = startLoop(createFakeClock(), silent, 'test', async () => {
      steps++
      return 0
    })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(steps).toBeGreaterThan(1)
    await loop.close()
  })

  test('close() waits for the step in hand and lets no other start', async () => {
    const clock = createFakeClock()
    let hasEnded = false
    const loop = startLoop(clock, silent, 'test', async () => {
      await new Promise<void>((resolve) => setImmediate(resolve))
      hasEnded = true
      return 0
    })
    const closing = loop.close()
    expect(hasEnded).toBe(false)
    await closing
    expect(hasEnded).toBe(true)
  })
})
