import { TransportError } from '@voipbin/bus'
import type { Clock } from './clock.ts'

/** Requests to one target: after several in a row that did not get through, the next are refused without trying. */
export type Breaker = {
  /** @throws BreakerOpen without running `work`; what `work` throws */
  run<T>(work: () => Promise<T>): Promise<T>
  isOpen(): boolean
}

/** The cause is the failure that came last. */
export class BreakerOpen extends Error {}

/** Failures in a row that open it. */
const FAILURES = 5
/** While it is open, one request each time is let through, and closes it by getting an answer. */
const TRY_EVERY_MS = 1000

/** Only transport failures count: an error that the target answered shows that it is there. */
export function createBreaker(clock: Clock): Breaker {
  let failures = 0
  let nextTryAt = 0
  let last: TransportError | undefined
  const isOpen = () => failures >= FAILURES

  const fail = (error: TransportError) => {
    last = error
    failures++
    if (failures === FAILURES) nextTryAt = clock.monotonic() + TRY_EVERY_MS
  }
  const succeed = () => {
    failures = 0
  }

  return {
    isOpen,
    async run(work) {
      if (isOpen()) {
        if (clock.monotonic() < nextTryAt) throw new BreakerOpen('The target has not been reached lately', { cause: last })
        // Also when the last one let through still waits for its answer: it may be a slow method.
        nextTryAt = clock.monotonic() + TRY_EVERY_MS
      }
      try {
        const result = await work()
        succeed()
        return result
      } catch (error) {
        if (error instanceof TransportError) fail(error)
        else succeed()
        throw error
      }
    },
  }
}
