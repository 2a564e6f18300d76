import { expect, test } from 'vitest'
import { PortPool } from './port-pool.ts'

test('PortPool gives each even port once and refuses when none is left', () => {
  const pool = new PortPool({ firstPort: 10_001, lastPort: 10_007, restMs: 10_000 })
  const ports = [pool.take(0), pool.take(0), pool.take(0)]
  expect(ports.toSorted()).toEqual([10_002, 10_004, 10_006])
  expect(pool.take(0)).toBeUndefined()
  expect(pool.inUse).toBe(3)
})

test('PortPool leaves out an even last port: its RTCP would be outside the range', () => {
  const pool = new PortPool({ firstPort: 10_000, lastPort: 10_002, restMs: 0 })
  expect([pool.take(0), pool.take(0)]).toEqual([10_000, undefined])
})

test('PortPool lets a freed port rest', () => {
  const pool = new PortPool({ firstPort: 10_000, lastPort: 10_001, restMs: 10_000 })
  pool.take(0)
  pool.free(10_000, 500)
  expect(pool.take(10_499)).toBeUndefined()
  expect(pool.inUse).toBe(0)
  expect(pool.take(10_500)).toBe(10_000)
})

test('PortPool gives what rested longest first, however often it goes round', () => {
  const pool = new PortPool({ firstPort: 10_000, lastPort: 10_199, restMs: 10 })
  const lastFreed = new Map<number, number>()
  for (let now = 0; now < 20_000; now++) {
    const port = pool.take(now)
    if (port === undefined) throw new Error('exhausted')
    expect(now - (lastFreed.get(port) ?? -100)).toBeGreaterThanOrEqual(99)
    pool.free(port, now)
    lastFreed.set(port, now)
  }
})
