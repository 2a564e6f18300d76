import type { EventEnvelope } from '@voipbin/contracts/event'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BusPair, OpenBuses } from './bus-pair.ts'
import { anEvent, newService } from './envelopes.ts'
import { pause, until } from './gate.ts'

export function describeWatches(open: OpenBuses): void {
  let buses: BusPair
  let publisher: string
  beforeEach(async () => {
    buses = await open()
    publisher = newService()
  })
  afterEach(() => buses.close())

  const numbered = (count: number) => Array.from({ length: count }, (_, index) => anEvent(publisher, { sequence: index + 1 }))

  describe('watch()', () => {
    it('gives every instance every event of the types it asked for, in order', async () => {
      const seen: [EventEnvelope[], EventEnvelope[]] = [[], []]
      const topics = [{ publisher, type: 'thing_updated' }]
      await buses.one.watch(topics, (event) => seen[0].push(event))
      await buses.two.watch(topics, (event) => seen[1].push(event))
      const events = numbered(100)
      await buses.one.publish([anEvent(publisher, { type: 'thing_deleted' }), ...events])
      await until(() => seen[0].length >= 100 && seen[1].length >= 100, 'all seen')
      expect(seen).toStrictEqual([events, events])
    })

    it('goes on after a listener throws', async () => {
      const seen: number[] = []
      await buses.one.watch([{ publisher, type: 'thing_updated' }], (event) => {
        seen.push(event.sequence)
        throw new Error('listener')
      })
      await buses.two.publish(numbered(3))
      await until(() => seen.length >= 3, 'all seen')
      expect(seen).toStrictEqual([1, 2, 3])
    })

    it('sees nothing after close()', async () => {
      const seen: number[] = []
      const watching = await buses.one.watch([{ publisher, type: 'thing_updated' }], (event) => seen.push(event.sequence))
      await buses.two.publish(numbered(1))
      await until(() => seen.length === 1, 'one seen')
      await watching.close()
      await buses.two.publish(numbered(1))
      await pause(50)
      expect(seen).toStrictEqual([1])
    })

    it('is never called inside publish()', async () => {
      const seen: number[] = []
      await buses.one.watch([{ publisher, type: 'thing_updated' }], (event) => seen.push(event.sequence))
      const published = buses.one.publish(numbered(1))
      expect(seen).toStrictEqual([])
      await published
      await until(() => seen.length === 1, 'one seen')
    })
  })
}
