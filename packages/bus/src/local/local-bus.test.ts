import { describe, expect, it } from 'vitest'
import { anEvent, aRequest, tenAtOnce } from '../../test/envelopes.ts'
import { createLocalBus } from './local-bus.ts'

/** Time that passes only when told to. */
function aClock() {
  let now = Date.now()
  const timers = new Set<{ at: number; callback: () => void }>()
  return {
    now: () => now,
    after(ms: number, callback: () => void) {
      const timer = { at: now + ms, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async pass(ms: number) {
      now += ms
      for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.callback()
      await new Promise((resolve) => setImmediate(resolve))
    },
    waiting: () => timers.size,
  }
}

describe('local bus on a given clock', () => {
  it('ends a request at its deadline', async () => {
    const clock = aClock()
    const bus = createLocalBus(clock)
    await bus.serve('thing', () => new Promise(() => undefined), tenAtOnce)
    const failed = expect(bus.request(aRequest('thing', { deadline: clock.now() + 1000 }))).rejects.toMatchObject({ kind: 'timeout' })
    await clock.pass(999)
    expect(clock.waiting()).toBe(1)
    await clock.pass(1)
    await failed
  })

  it('leaves no timer behind a request that was answered', async () => {
    const clock = aClock()
    const bus = createLocalBus(clock)
    await bus.serve('thing', async () => ({ output: 1 }), tenAtOnce)
    await bus.request(aRequest('thing', { deadline: clock.now() + 1000 }))
    expect(clock.waiting()).toBe(0)
  })

  it('offers a refused batch again after 100, 200, 400, … at last every 2000 ms', async () => {
    const clock = aClock()
    const offers: number[] = []
    const start = clock.now()
    const bus = createLocalBus(clock)
    const subscription = await bus.subscribe('listener', [{ publisher: 'thing', type: 'thing_updated' }], async () => {
      offers.push(clock.now() - start)
      throw new Error('not now')
    })
    await subscription.own([0, 1, 2, 3, 4, 5, 6, 7])
    const published = expect(bus.publish([anEvent('thing')])).rejects.toMatchObject({ kind: 'closed' })
    for (let step = 0; step <= 100; step++) await clock.pass(step === 0 ? 0 : 100)
    expect(offers).toStrictEqual([0, 100, 300, 700, 1500, 3100, 5100, 7100, 9100])
    await bus.close()
    await published
  })
})
