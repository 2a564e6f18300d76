import { type Bus, createLocalBus } from '@voipbin/bus'
import { defineContract, event } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { NIL_ID } from '@voipbin/contracts/fields'
import { createFakeClock } from '@voipbin/test-kit'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { createEventPublisher } from './publish-events.ts'

const contract = defineContract({
  service: 'lamp',
  events: { lamp_lit: event(z.object({ id: z.string(), level: z.int() })) },
  methods: {},
  api: {},
})

test('the oldest events give way when the bus stays away, and their numbers are missing', async () => {
  const clock = createFakeClock()
  const local = createLocalBus({ now: clock.now, after: clock.after })
  let isAway = true
  const bus: typeof local = { ...local, publish: (events) => (isAway ? Promise.reject(new Error('away')) : local.publish(events)) }
  const heard: EventEnvelope[] = []
  await local.watch([{ publisher: 'lamp', type: 'lamp_lit' }], (told) => void heard.push(told))
  const metrics = createMetrics()
  const log = createLogger('error', {}, { write: () => undefined })
  const events = createEventPublisher({ ...{ contract, bus, clock, log, metrics }, newId: () => crypto.randomUUID(), maxWaiting: 3 })
  const lit = (sequence: number) =>
    events.publish('lamp_lit', { customer_id: NIL_ID, resource_id: 'lamp', sequence, data: { id: 'lamp', level: sequence } })
  for (const sequence of [1, 2, 3, 4, 5]) lit(sequence)
  await clock.advance(300)
  isAway = false
  await clock.advance(300)
  expect(heard.map(({ sequence }) => sequence)).toEqual([3, 4, 5])
  expect(await metrics.render()).toContain('voipbin_events_dropped_total{service="lamp"} 2')
  expect(() => events.publish('lamp_lit', { customer_id: NIL_ID, resource_id: 'lamp', sequence: 6, data: { id: 'lamp' } })).toThrow('level')
  await local.close()
})

test('flush() waits for what was published before it, however much is published meanwhile', async () => {
  const clock = createFakeClock()
  const local = createLocalBus({ now: clock.now, after: clock.after })
  const heard: number[] = []
  let published = 0
  const metrics = createMetrics()
  const log = createLogger('error', {}, { write: () => undefined })
  const bus: typeof local = {
    ...local,
    async publish(batch) {
      heard.push(...batch.map(({ sequence }) => sequence))
      if (published < 100) lit()
      await Promise.resolve()
    },
  }
  const events = createEventPublisher({ ...{ contract, bus, clock, log, metrics }, newId: () => crypto.randomUUID() })
  const lit = () => {
    const sequence = ++published
    events.publish('lamp_lit', { customer_id: NIL_ID, resource_id: 'lamp', sequence, data: { id: 'lamp', level: sequence } })
  }
  lit()
  await events.flush()
  expect(published).toBeLessThan(10)
  while ((await events.flush()) > 0);
  expect(heard).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  await local.close()
})

test('flush() does not wait on for a bus that is away once the publisher is closed', async () => {
  const clock = createFakeClock()
  const local = createLocalBus({ now: clock.now, after: clock.after })
  const log = createLogger('error', {}, { write: () => undefined })
  const bus: typeof local = { ...local, publish: () => Promise.reject(new Error('away')) }
  const events = createEventPublisher({ ...{ contract, bus, clock, log, metrics: createMetrics() }, newId: () => crypto.randomUUID() })
  events.publish('lamp_lit', { customer_id: NIL_ID, resource_id: 'lamp', sequence: 1, data: { id: 'lamp', level: 1 } })
  const flushed = events.flush()
  await events.close()
  expect(await flushed).toBe(1)
  await local.close()
})

test('published() does not say so of events that were let go, nor of those that wait when the publisher is closed', async () => {
  const clock = createFakeClock()
  const local = createLocalBus({ now: clock.now, after: clock.after })
  const log = createLogger('error', {}, { write: () => undefined })
  let isAway = true
  const bus: typeof local = { ...local, publish: (events) => (isAway ? Promise.reject(new Error('away')) : local.publish(events)) }
  const parts = { contract, bus, clock, log, metrics: createMetrics(), newId: () => crypto.randomUUID(), maxWaiting: 2 }
  const events = createEventPublisher(parts)
  const said: number[] = []
  const lit = (sequence: number) => {
    events.publish('lamp_lit', { customer_id: NIL_ID, resource_id: 'lamp', sequence, data: { id: 'lamp', level: sequence } })
    void events.published().then(() => said.push(sequence))
  }
  for (const sequence of [1, 2, 3]) lit(sequence)
  isAway = false
  await clock.advance(300)
  expect(said).toEqual([3])
  isAway = true
  lit(4)
  await events.close()
  await clock.advance(300)
  expect(said).toEqual([3])
  await local.close()
})

/** A publisher on a bus that takes each batch when it is told to. */
function aPublisher(own: { takesAhead?: number }) {
  const clock = createFakeClock()
  const { takesAhead: _, ...local } = createLocalBus({ now: clock.now, after: clock.after })
  const batches: { readonly sequences: readonly number[]; take(): void; refuse(): void }[] = []
  const bus: Bus = {
    ...{ ...local, ...own },
    publish: (events) =>
      new Promise((resolve, reject) => {
        batches.push({ sequences: events.map(({ sequence }) => sequence), take: resolve, refuse: () => reject(new Error('away')) })
      }),
  }
  const log = createLogger('error', {}, { write: () => undefined })
  const events = createEventPublisher({ ...{ contract, bus, clock, log, metrics: createMetrics() }, newId: () => crypto.randomUUID() })
  const lit = async (...sequences: readonly number[]) => {
    for (const sequence of sequences)
      events.publish('lamp_lit', { customer_id: NIL_ID, resource_id: 'lamp', sequence, data: { id: 'lamp', level: sequence } })
    await clock.settle()
  }
  return { clock, events, batches, lit, sent: () => batches.map(({ sequences }) => sequences) }
}

test('what is published while the bus takes what came before goes to one that takes ahead at once, and to another after it', async () => {
  const [ahead, after] = [aPublisher({ takesAhead: 4096 }), aPublisher({})]
  for (const { lit } of [ahead, after]) {
    await lit(1, 2)
    await lit(3)
    await lit(4)
  }
  expect(ahead.sent()).toEqual([[1, 2], [3], [4]])
  expect(after.sent()).toEqual([[1, 2]])
  after.batches[0]?.take()
  await after.clock.settle()
  expect(after.sent()).toEqual([
    [1, 2],
    [3, 4],
  ])
})

test('the bus holds what was published when it holds all before it too; what it refused comes again with all after it', async () => {
  const { clock, events, batches, lit, sent } = aPublisher({ takesAhead: 4096 })
  let isHeld = false
  await lit(1)
  await lit(2)
  void events.published().then(() => {
    isHeld = true
  })
  batches[1]?.take()
  await clock.settle()
  expect(isHeld).toBe(false)
  batches[0]?.refuse()
  await lit(3)
  await clock.advance(250)
  expect(sent()).toEqual([[1], [2], [1, 2, 3]])
  batches[2]?.take()
  await clock.settle()
  expect(isHeld).toBe(true)
})
