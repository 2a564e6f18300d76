import { REQUEST_JOB } from '@voipbin/sql'
import type { JobHandler } from './define-service.ts'

/**
 * How many jobs of each sort one instance has under way at once. Each sort has hands of its own, so that vendors and
 * services that keep others waiting never keep a timer waiting.
 */
const HANDS = { inTx: 16, outside: 64, request: 64 } as const
type Sort = keyof typeof HANDS

export type JobHands = {
  isFull(kind: string): boolean
  /** Kinds for which no hand is free, always in the same order. */
  fullKinds(): readonly string[]
  /** @param work must not reject */
  start(kind: string, work: () => Promise<void>): void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** @param onFree told when a hand of a sort that was full is free again */
export function createJobHands(handlers: ReadonlyMap<string, JobHandler>, onFree: () => void): JobHands {
  const underWay: Readonly<Record<Sort, Set<Promise<void>>>> = { inTx: new Set(), outside: new Set(), request: new Set() }
  const sortOf = (kind: string): Sort => {
    if (kind === REQUEST_JOB) return 'request'
    const run = handlers.get(kind)?.run
    return run && 'outside' in run ? 'outside' : 'inTx'
  }
  const isFull = (sort: Sort) => underWay[sort].size >= HANDS[sort]
  return {
    isFull: (kind) => isFull(sortOf(kind)),
    fullKinds: () => [...handlers.keys()].filter((kind) => isFull(sortOf(kind))),
    start(kind, run) {
      const sort = sortOf(kind)
      const work = run().then(() => {
        const wasFull = isFull(sort)
        underWay[sort].delete(work)
        if (wasFull) onFree()
      })
      underWay[sort].add(work)
    },
    async idle() {
      await Promise.all(Object.values(underWay).flatMap((set) => [...set]))
    },
  }
}
