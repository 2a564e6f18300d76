import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BusPair, OpenBuses } from './bus-pair.ts'
import { anEvent, aRequest, newService, tenAtOnce } from './envelopes.ts'
import { aGate, pause, until } from './gate.ts'

export function describeClosing(open: OpenBuses): void {
  let buses: BusPair
  beforeEach(async () => {
    buses = await open()
  })
  afterEach(() => buses.close())

  describe('close()', () => {
    it('answers requests in hand, and lets them ask others meanwhile', async () => {
      const [outer, inner] = [newService(), newService()]
      const gate = aGate()
      let isStarted = false
      await buses.one.serve(inner, async () => ({ output: 'inner' }), tenAtOnce)
      const handler = async () => {
        const reply = buses.one.request(aRequest(inner))
        isStarted = true
        await gate.opened
        return reply
      }
      await buses.one.serve(outer, handler, tenAtOnce)
      const reply = buses.one.request(aRequest(outer))
      await until(() => isStarted, 'in hand')
      await pause(50)
      const closing = buses.one.close()
      gate.open()
      await closing
      expect(await reply).toStrictEqual({ output: 'inner' })
    })

    it('finishes the events in hand', async () => {
      const [service, publisher] = [newService(), newService()]
      const gate = aGate()
      const steps: string[] = []
      const subscription = await buses.one.subscribe(service, [{ publisher, type: 'thing_updated' }], async () => {
        steps.push('begun')
        await gate.opened
        steps.push('finished')
      })
      await subscription.own([0, 1, 2, 3, 4, 5, 6, 7])
      const published = buses.one.publish([anEvent(publisher)])
      await until(() => steps.length === 1, 'in hand')
      const closing = buses.one.close()
      gate.open()
      await Promise.all([closing, published])
      expect(steps).toStrictEqual(['begun', 'finished'])
    })

    it('makes everything after it fail at once', async () => {
      const service = newService()
      await buses.one.close()
      const closed = { name: 'TransportError', kind: 'closed' }
      await expect(buses.one.request(aRequest(service))).rejects.toMatchObject(closed)
      await expect(buses.one.publish([anEvent(service)])).rejects.toMatchObject(closed)
      await expect(buses.one.serve(service, async () => ({ output: 1 }), tenAtOnce)).rejects.toMatchObject(closed)
      await expect(buses.one.subscribe(service, [], async () => undefined)).rejects.toMatchObject(closed)
      await expect(buses.one.watch([], () => undefined)).rejects.toMatchObject(closed)
      await expect(buses.one.ping()).rejects.toMatchObject(closed)
    })

    it('may be called twice', async () => {
      await buses.one.close()
      await buses.one.close()
    })
  })

  describe('ping()', () => {
    it('measures a round trip', async () => {
      const { connected, latencyMs } = await buses.one.ping()
      expect(connected).toBe(true)
      expect(latencyMs).toBeGreaterThanOrEqual(0)
      expect(latencyMs).toBeLessThan(1000)
    })
  })
}
