import { describe, expect, it } from 'vitest'
import { BoundedTable } from './bounded-table.ts'
import { RateTable } from './rate-table.ts'

describe('BoundedTable', () => {
  it('forgets what is over, and past its bound what was written longest ago', () => {
    let now = 0
    const table = new BoundedTable<number>({ max: 2, now: () => now })
    table.set('a', 1, 100)
    table.set('b', 2, 100)
    table.set('a', 3, 100)
    table.set('c', 4, 100)
    expect([table.get('a'), table.get('b'), table.get('c'), table.size]).toEqual([3, undefined, 4, 2])
    now = 100
    expect([table.get('a'), table.size]).toEqual([undefined, 1])
    table.set('d', 5, 100)
    expect(table.size).toBe(1)
  })
})

describe('RateTable', () => {
  it('lets the count through at once, then one after each share of the window, apart for each key', () => {
    let now = 0
    const table = new RateTable({ count: 3, windowMs: 600 }, { max: 10, now: () => now })
    expect([1, 2, 3, 4].map(() => table.take('a'))).toEqual([true, true, true, false])
    expect([table.hasMore('a'), table.take('b')]).toEqual([false, true])
    now = 199
    expect(table.take('a')).toBe(false)
    now = 200
    expect([table.take('a'), table.take('a')]).toEqual([true, false])
    now = 10_000
    expect([1, 2, 3, 4].map(() => table.take('a'))).toEqual([true, true, true, false])
  })
})
