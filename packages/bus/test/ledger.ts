import type { EventEnvelope } from '@voipbin/contracts/event'
import { expect } from 'vitest'

/** A subscriber that takes everything and remembers it. */
export type Ledger = {
  readonly events: EventEnvelope[]
  readonly take: (events: readonly EventEnvelope[]) => Promise<void>
  /** Each of `key-0` … came with the sequences 1 to `count`, once each and in order. */
  expectSeries(keys: number, count: number): void
  /** The same, where deliveries may be repeated: each sequence first came after the one before it, and none is missing. */
  expectSeriesAtLeastOnce(keys: number, count: number): void
}

export function createLedger(): Ledger {
  const events: EventEnvelope[] = []
  const numbers = (key: string) => events.filter((event) => event.order_key === key).map((event) => event.sequence)
  const expectAll = (keys: number, count: number, seen: (key: string) => number[]) => {
    const series = Array.from({ length: count }, (_, index) => index + 1)
    const names = Array.from({ length: keys }, (_, index) => `key-${index}`)
    expect(Object.fromEntries(names.map((name) => [name, seen(name)]))).toStrictEqual(
      Object.fromEntries(names.map((name) => [name, series])),
    )
  }
  return {
    events,
    async take(batch) {
      events.push(...batch)
    },
    expectSeries: (keys, count) => expectAll(keys, count, numbers),
    expectSeriesAtLeastOnce: (keys, count) => expectAll(keys, count, (key) => [...new Set(numbers(key))]),
  }
}
