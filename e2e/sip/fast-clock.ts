import { formatTime } from '@voipbin/contracts/time'
import { type Clock, createSystemClock } from '@voipbin/service-kit'

/** A clock on which an hour is over in a few minutes: SIP's timers as they are, without the waiting. Media keeps its own time. */
export function createFastClock(factor: number): Clock {
  const system = createSystemClock()
  const startedAt = system.now()
  const begin = system.monotonic()
  const elapsed = () => (system.monotonic() - begin) * factor
  let lastMicroseconds = 0
  return {
    now: () => startedAt + Math.floor(elapsed()),
    monotonic: elapsed,
    time() {
      lastMicroseconds = Math.max(Math.floor((startedAt + elapsed()) * 1_000), lastMicroseconds + 1)
      return formatTime(lastMicroseconds)
    },
    after: (ms, callback) => system.after(ms / factor, callback),
  }
}
