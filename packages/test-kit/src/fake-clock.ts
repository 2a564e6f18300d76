import { formatTime } from '@voipbin/contracts/time'
import type { Clock } from '@voipbin/service-kit'

type Timer = { readonly at: number; readonly order: number; readonly callback: () => void }

/** A clock that stands still until a test moves it. */
export type FakeClock = Clock & {
  /** Moves on by `ms`, calling back whatever falls due on the way, in order, and letting its consequences run. */
  advance(ms: number): Promise<void>
  /** Moves on by `ms` at one stroke, as for a machine that was asleep: what fell due meanwhile is called back late, and once. */
  jump(ms: number): Promise<void>
  /** Lets everything that waits for no time run. */
  settle(): Promise<void>
}

const START_MS = Date.UTC(2026, 0, 1)
/** Turns of the event loop that consequences of one timer may take: a request, its transaction, relay and listeners. */
const TURNS = 60

export function createFakeClock(startMs = START_MS): FakeClock {
  const timers = new Set<Timer>()
  let now = startMs
  let order = 0
  let lastMicroseconds = 0

  const settle = async () => {
    for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  function nextDue(until: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of timers) {
      if (timer.at <= until && (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order))) next = timer
    }
    return next
  }

  async function callBack(until: number): Promise<void> {
    for (let timer = nextDue(until); timer; timer = nextDue(until)) {
      timers.delete(timer)
      now = Math.max(now, timer.at)
      timer.callback()
      await settle()
    }
  }

  return {
    now: () => now,
    monotonic: () => now - startMs,
    time() {
      lastMicroseconds = Math.max(now * 1000, lastMicroseconds + 1)
      return formatTime(lastMicroseconds)
    },
    after(ms, callback) {
      const timer: Timer = { at: now + Math.max(0, ms), order: order++, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    settle,
    async advance(ms) {
      const until = now + ms
      await settle()
      await callBack(until)
      now = until
    },
    async jump(ms) {
      await settle()
      now += ms
      await callBack(now)
    },
  }
}
