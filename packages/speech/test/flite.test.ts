import { setTimeout as later } from 'node:timers'
import { afterAll, describe, expect, test } from 'vitest'
import { createFliteDriver } from '../src/flite/flite-driver.ts'
import { driverSuite, loudness, request } from './driver-suite.ts'

const after = (ms: number, callback: () => void) => {
  const timer = later(callback, ms)
  return () => clearTimeout(timer)
}

driverSuite('flite', async () => ({ driver: createFliteDriver({ after }), close: async () => {} }))

describe('flite', () => {
  const driver = createFliteDriver({ after })
  afterAll(() => driver.close())

  test('a pause is as long as it is written', async () => {
    const plain = await driver.speak(request('<speak>Hello</speak>'))
    const paused = await driver.speak(request('<speak>Hello<break time="2s"/></speak>'))
    expect(paused.samples.length - plain.samples.length).toBe(16_000)
    expect(loudness({ rate: 8_000, samples: paused.samples.subarray(-16_000) })).toBe(0)
  })

  test('a slow text takes longer than a fast one', async () => {
    const slow = await driver.speak(request('<speak><prosody rate="50%">Hello world</prosody></speak>'))
    const fast = await driver.speak(request('<speak><prosody rate="150%">Hello world</prosody></speak>'))
    expect(slow.samples.length).toBeGreaterThan(fast.samples.length * 2)
  })

  test('words without end, which the engine would choke on, are said in pieces', async () => {
    const sound = await driver.speak(request('x'.repeat(300)))
    expect(loudness(sound)).toBeGreaterThan(0.01)
  }, 30_000)

  test('letters that it does not have are refused: nothing is better than noise', async () => {
    await expect(driver.speak(request('你好'))).rejects.toMatchObject({ reason: 'NOTHING_TO_SAY' })
    expect(loudness(await driver.speak(request('Grüße aus Köln')))).toBeGreaterThan(0.01)
  })

  test('a thread that hangs is ended, and the next text is said by a new one', async () => {
    let fire = () => {}
    const hanging = createFliteDriver({
      after: (_ms, callback) => {
        fire = callback
        return () => {}
      },
    })
    const lost = hanging.speak(request('Hello world'))
    const expected = expect(lost).rejects.toMatchObject({ reason: 'TIMEOUT' })
    fire()
    await expected
    expect((await hanging.speak(request('Hello again'))).samples.length).toBeGreaterThan(4_000)
    await hanging.close()
  })

  test('after close nothing is said, and what was waited for fails', async () => {
    const closing = createFliteDriver({ after })
    const said = expect(closing.speak(request('Hello'))).rejects.toMatchObject({ reason: 'ABORTED' })
    await closing.close()
    await said
    await expect(closing.speak(request('Hello'))).rejects.toMatchObject({ reason: 'ABORTED' })
  })
})
