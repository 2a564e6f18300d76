import { type Clock, createSystemClock } from '@voipbin/service-kit'

/** The machine's clock for one of several replicas in a test. */
export type StallingClock = Clock & {
  /** From now on nothing is called back, as in a process that hangs or was killed. */
  stall(): void
  /** Calls back what fell due meanwhile, and goes on. */
  resume(): void
}

/** @param skewMs by how much this replica's wall clock is ahead of the others */
export function createStallingClock(skewMs = 0): StallingClock {
  const clock = createSystemClock()
  const held = new Set<() => void>()
  let isStalled = false
  return {
    ...clock,
    now: () => clock.now() + skewMs,
    time: () => shift(clock.time(), skewMs),
    after(ms, callback) {
      const call = () => {
        if (isStalled) held.add(callback)
        else callback()
      }
      const cancel = clock.after(ms, call)
      return () => {
        held.delete(callback)
        cancel()
      }
    },
    stall() {
      isStalled = true
    },
    resume() {
      isStalled = false
      for (const callback of [...held]) callback()
      held.clear()
    },
  }
}

const shift = (time: string, ms: number): string =>
  `${new Date(Date.parse(`${time.slice(0, 23)}Z`) + ms).toISOString().slice(0, 23)}${time.slice(23)}`
