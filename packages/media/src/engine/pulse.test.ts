import { expect, test } from 'vitest'
import { beat, createPulse, MISSED_CHECKS, PulseWatch } from './pulse.ts'

const look = (watch: PulseWatch, times: number) => Array.from({ length: times }, () => watch.hasStopped())

test('a worker that has not begun to beat is waited for', () => {
  expect(look(new PulseWatch(createPulse()), 100)).not.toContain(true)
})

test('a worker has stopped once several looks in a row find no beat', () => {
  const pulse = createPulse()
  const watch = new PulseWatch(pulse)
  beat(pulse)
  expect(look(watch, MISSED_CHECKS)).not.toContain(true)
  beat(pulse)
  expect(look(watch, MISSED_CHECKS)).not.toContain(true)
  expect(watch.hasStopped()).toBe(true)
})
