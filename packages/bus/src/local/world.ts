import type { BusReports } from '../reports.ts'

/** What the local bus needs of the world, so that tests can hold the clock. */
export type LocalBusOptions = BusReports & {
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Calls back after `ms`; returns what cancels it. Default `setTimeout`. */
  readonly after?: ((ms: number, callback: () => void) => () => void) | undefined
}

export type World = BusReports & {
  readonly now: () => number
  readonly after: (ms: number, callback: () => void) => () => void
}

export function worldOf(options: LocalBusOptions): World {
  return { ...options, now: options.now ?? Date.now, after: options.after ?? wait }
}

function wait(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
