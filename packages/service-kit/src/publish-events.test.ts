import { createLocalBus } from '@voipbin/bus'
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
