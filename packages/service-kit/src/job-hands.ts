import { REQUEST_JOB } from '@voipbin/sql'
import type { JobHandler } from './job.ts'

/**
 * How many jobs of each sort one instance has under way at once. Each sort has hands of its own, so that vendors and
 * services that keep others waiting never keep a timer waiting. A kind that asks for hands of its own is a sort of its own.
 */
const HANDS = { inTx: 16, outside: 64, request: 64 } as const

type Sort = { readonly hands: number; readonly underWay: Set<Promise<void>> }

export type JobHands = {
  /** Of these jobs, in their order, those for which a hand is free. */
  fitting<J extends { readonly kind: string }>(jobs: readonly J[]): J[]
  isFree(kind: string): boolean
  /** Kinds for which no hand is free, always in the same order. */
  fullKinds(): readonly string[]
  /** @param work must not reject */
  start(kind: string, work: () => Promise<void>): void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

/** @param onFree told when a hand of a sort that was full is free again */
export function createJobHands(handlers: ReadonlyMap<string, JobHandler>, onFree: () => void): JobHands {
  const sortWith = (hands: number): Sort => ({ hands, underWay: new Set() })
  const common = { inTx: sortWith(HANDS.inTx), outside: sortWith(HANDS.outside), request: sortWith(HANDS.request) }
  const own = new Map([...handlers].flatMap(([kind, { hands }]) => (hands === undefined ? [] : [[kind, sortWith(hands)]])))
  const sortOf = (kind: string): Sort => {
    if (kind === REQUEST_JOB) return common.request
    const run = handlers.get(kind)?.run
    return own.get(kind) ?? (run && 'outside' in run ? common.outside : common.inTx)
  }
  const isFull = ({ underWay, hands }: Sort) => underWay.size >= hands
  return {
    fitting(jobs) {
      const promised = new Map<Sort, number>()
      return jobs.filter(({ kind }) => {
        const sort = sortOf(kind)
        const more = promised.get(sort) ?? 0
        promised.set(sort, more + 1)
        return sort.underWay.size + more < sort.hands
      })
    },
    isFree: (kind) => !isFull(sortOf(kind)),
    fullKinds: () => [...handlers.keys()].filter((kind) => isFull(sortOf(kind))),
    start(kind, run) {
      const taken = sortOf(kind)
      const work = run().then(() => {
        const wasFull = isFull(taken)
        taken.underWay.delete(work)
        if (wasFull) onFree()
      })
      taken.underWay.add(work)
    },
    async idle() {
      await Promise.all([...Object.values(common), ...own.values()].flatMap(({ underWay }) => [...underWay]))
    },
  }
}
