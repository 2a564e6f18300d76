import { createFakeClock } from '@voipbin/test-kit'
import { describe, expect, test } from 'vitest'
import { createIds, firstIdAt, newRequestId } from './ids.ts'

describe('createIds()', () => {
  test('makes UUIDs of version 7 that carry the time', () => {
    const clock = createFakeClock(Date.UTC(2026, 10, 22))
    const id = createIds(clock)()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(clock.now())
  })

  test('makes them grow, however many there are in a millisecond, and while the clock is set back', async () => {
    let now = 1_800_000_000_000
    const newId = createIds({ ...createFakeClock(), now: () => now })
    const ids: string[] = []
    for (let n = 0; n < 20_000; n++) {
      if (n === 15_000) now -= 60_000
      if (n === 18_000) now += 120_000
      ids.push(newId())
    }
    expect([...new Set(ids)].sort()).toEqual(ids)
  })
})

test('firstIdAt() parts the ids of before from those of then', async () => {
  const clock = createFakeClock()
  const newId = createIds(clock)
  const before = newId()
  await clock.advance(1)
  const limit = firstIdAt(clock.now())
  expect(before < limit).toBe(true)
  expect(newId() > limit).toBe(true)
})

test('newRequestId() names requests apart', () => {
  const ids = Array.from({ length: 1000 }, newRequestId)
  for (const id of ids) expect(id).toMatch(/^req_[a-z2-7]{26}$/)
  expect(new Set(ids).size).toBe(1000)
})
