import { describe, expect, it, test } from 'vitest'
import { Lateness } from './lateness.ts'
import { judgeLoad, type Load, type Overload, refusesWhen, retryAfter } from './overload.ts'

const limits = { maxLatenessMs: 100, maxBacklogMs: 30, maxPending: 50 }
const idle: Load = { calls: 0, capacity: 10, latenessMs: 0, backlogMs: 0, pending: 0 }

test.each<[Partial<Load>, Overload, Overload]>([
  [{}, 'none', 'none'],
  [{ calls: 9 }, 'none', 'none'],
  [{ calls: 10 }, 'none', 'calls'],
  [{ calls: 9 }, 'calls', 'none'],
  [{ latenessMs: 100 }, 'none', 'none'],
  [{ latenessMs: 101 }, 'none', 'lateness'],
  // Once refused, it takes more than a breath to go on.
  [{ latenessMs: 81 }, 'lateness', 'lateness'],
  [{ latenessMs: 80 }, 'lateness', 'none'],
  [{ latenessMs: 90 }, 'queue', 'none'],
  [{ backlogMs: 31 }, 'none', 'lateness'],
  [{ backlogMs: 24 }, 'lateness', 'none'],
  [{ pending: 51 }, 'none', 'queue'],
  [{ pending: 41 }, 'queue', 'queue'],
  [{ pending: 40 }, 'queue', 'none'],
  // What hurts most is told.
  [{ calls: 10, latenessMs: 101, pending: 51 }, 'none', 'lateness'],
  [{ calls: 10, pending: 51 }, 'none', 'queue'],
])('judgeLoad() of %j after "%s" is "%s"', (load, before, expected) => {
  expect(judgeLoad({ ...idle, ...load }, limits, before)).toBe(expected)
})

test.each<[Overload, string, boolean]>([
  ['none', 'INVITE', false],
  ['calls', 'INVITE', true],
  ['calls', 'REGISTER', false],
  ['calls', 'OPTIONS', false],
  ['lateness', 'INVITE', true],
  ['lateness', 'REGISTER', true],
  ['queue', 'SUBSCRIBE', true],
])('refusesWhen("%s", "%s") is %s', (overload, method, expected) => {
  expect(refusesWhen(overload, method)).toBe(expected)
})

test('retryAfter() is spread over 5 to 15 seconds', () => {
  expect([0, 0.5, 0.999].map((at) => retryAfter(() => at))).toEqual([5, 10, 15])
})

/** Timers by their length, each gone off when told to. */
function ticking() {
  const timers = new Map<number, () => void>()
  const after = (ms: number, callback: () => void) => {
    timers.set(ms, callback)
    return () => {}
  }
  return { after, tick: (ms: number) => timers.get(ms)?.() }
}

describe('Lateness', () => {
  it('tells for how long new requests have waited at every tick of late, and no longer once none does', () => {
    let backlogMs = 0
    const { after, tick } = ticking()
    const lateness = new Lateness({ monotonic: () => 0, after }, () => backlogMs)
    const backlogs = [90, 60, 70, 80, 50, 0, 90].map((ms) => {
      backlogMs = ms
      tick(25)
      return lateness.backlogMs
    })
    expect(backlogs).toEqual([0, 0, 0, 60, 50, 0, 0])
  })

  it('is what no tick of late was spared: a stall is none, to be late each time is', () => {
    let now = 0
    const { after, tick } = ticking()
    const lateness = new Lateness({ monotonic: () => now, after })
    const tickAfter = (...waits: readonly number[]) => {
      for (const ms of waits) {
        now += ms
        tick(50)
      }
      return lateness.ms
    }
    expect(tickAfter(50, 500, 50, 50)).toBe(0)
    expect(tickAfter(250, 350, 260)).toBe(0)
    expect(tickAfter(450)).toBe(200)
    expect(tickAfter(300, 300)).toBe(210)
    expect(tickAfter(50)).toBe(0)
  })
})
