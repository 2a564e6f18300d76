import { formatTime } from '@voipbin/contracts/time'

/** The only source of time: everything that waits or stamps takes it, so that tests hold the clock. */
export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number
  /** The same as text with six decimals; each call is later than the one before, so rows sort as they were made. */
  time(): string
  /** Milliseconds of a clock that is never set: for measuring and for judging whether others still live. */
  monotonic(): number
  /** Calls back once. @returns what cancels it */
  after(ms: number, callback: () => void): () => void
}

/** Past this, timers of the platform fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export function createSystemClock(): Clock {
  let lastMicroseconds = 0
  return {
    now: Date.now,
    monotonic: () => performance.now(),
    time() {
      lastMicroseconds = Math.max(Date.now() * 1000, lastMicroseconds + 1)
      return formatTime(lastMicroseconds)
    },
    after(ms, callback) {
      if (ms > LONGEST_TIMER_MS) return afterLong(ms, callback)
      const timer = setTimeout(callback, ms)
      return () => clearTimeout(timer)
    },
  }
}

function afterLong(ms: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout
  const wait = (restMs: number) => {
    const stretchMs = Math.min(restMs, LONGEST_TIMER_MS)
    timer = setTimeout(() => (restMs > stretchMs ? wait(restMs - stretchMs) : callback()), stretchMs)
  }
  wait(ms)
  return () => clearTimeout(timer)
}

/** Resolves after `ms`, or at once when `signal` is aborted. Never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = () => {
      cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const cancel = clock.after(ms, finish)
    signal?.addEventListener('abort', finish, { once: true })
  })
}
