/** Time that only goes forward, in ms; tests move it by hand. */
export type MediaClock = {
  now(): number
  /** Time of day, for what is told to peers in reports. */
  unixMs(): number
  /** Calls back once, at that time or soon after; the result cancels. */
  at(timeMs: number, callback: () => void): () => void
}

export const systemClock: MediaClock = {
  now: () => performance.now(),
  unixMs: () => Date.now(),
  at(timeMs, callback) {
    // Timers count whole milliseconds and may fire up to one early.
    const timer = setTimeout(callback, Math.max(0, Math.ceil(timeMs - performance.now())))
    return () => clearTimeout(timer)
  },
}
