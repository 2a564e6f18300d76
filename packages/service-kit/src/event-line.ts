import type { Bus } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { type Clock, sleep } from './clock.ts'

type Parts = {
  readonly bus: Bus
  readonly clock: Clock
  readonly onTaken: (batch: readonly EventEnvelope[]) => void
  readonly onRefused: (error: unknown) => void
  /** After some have left the line, with how many ever have. */
  readonly onGone: (gone: number) => void
}

/** Events on their way to the bus, in order. */
export type EventLine = {
  push(event: EventEnvelope): void
  dropFirst(): void
  /** How many the bus does not hold yet. */
  waiting(): number
  /** How many the bus took or were dropped, of all there ever were: what waits comes after them. */
  gone(): number
  close(): void
}

const BATCH = 256
const RETRY_MS = 250

export function createEventLine({ bus, clock, onTaken, onRefused, onGone }: Parts): EventLine {
  const waiting: EventEnvelope[] = []
  /** Of those that wait, the first are with the bus, and it has not said yet that it holds them. */
  let handed = 0
  const mostHanded = bus.takesAhead ?? 1
  /** Whether the bus took all that it was handed up to now. */
  let allTaken = Promise.resolve(true)
  let gone = 0
  let state: 'ready' | 'about' | 'resting' | 'closed' = 'ready'

  function letGo(count: number): void {
    waiting.splice(0, count)
    handed = Math.max(0, handed - count)
    gone += count
    onGone(gone)
  }

  const mayHand = () => handed < waiting.length && handed < mostHanded

  /** A microtask later: what is published in one go goes together. */
  function handSoon(): void {
    if (state !== 'ready' || !mayHand()) return
    state = 'about'
    queueMicrotask(() => {
      if (state !== 'about') return
      state = 'ready'
      if (!mayHand()) return
      const batch = waiting.slice(handed, handed + BATCH)
      handed += batch.length
      allTaken = hand(batch, gone + handed, allTaken)
      handSoon()
    })
  }

  /** Resolves in the order in which batches are handed over, whichever the bus took first. */
  async function hand(batch: readonly EventEnvelope[], end: number, before: Promise<boolean>): Promise<boolean> {
    try {
      await bus.publish(batch)
    } catch (error) {
      void rest(error)
      return false
    }
    if (!(await before)) return false
    onTaken(batch)
    // Of this batch some may have been dropped meanwhile.
    letGo(Math.max(0, end - gone))
    handSoon()
    return true
  }

  /** All that was not taken is handed over again, in order. */
  async function rest(error: unknown): Promise<void> {
    if (state === 'resting' || state === 'closed') return
    state = 'resting'
    onRefused(error)
    await sleep(clock, RETRY_MS)
    await allTaken
    handed = 0
    allTaken = Promise.resolve(true)
    if (state === 'resting') state = 'ready'
    handSoon()
  }

  return {
    push(event) {
      waiting.push(event)
      handSoon()
    },
    dropFirst: () => letGo(1),
    waiting: () => waiting.length,
    gone: () => gone,
    close() {
      state = 'closed'
    },
  }
}
