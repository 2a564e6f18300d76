import type { RateLimitResult } from './cache.ts'

/** Theoretical arrival time (TAT): when, at the sustained rate, the requests let through so far would all have come. */
export type GcraInput = {
  readonly nowMicros: number
  /** TAT of the last decision; undefined for an idle key. */
  readonly storedTatMicros: number | undefined
  readonly intervalMicros: number
  readonly burst: number
}

/**
 * Generic cell rate algorithm (ITU-T I.371), in whole microseconds. The script of the same name in `redis-scripts.ts` is
 * its twin; the conformance suite holds both to the same answers.
 * `slackMicros`: how much earlier the request might have come; negative, how much it came too early.
 */
export function gcra({ nowMicros, storedTatMicros, intervalMicros, burst }: GcraInput): { tatMicros: number; slackMicros: number } {
  const windowMicros = intervalMicros * burst
  // The upper bound lets a key recover in one window when the clock was set back or the burst was lowered.
  const tatMicros = Math.min(Math.max(storedTatMicros ?? nowMicros, nowMicros), nowMicros + windowMicros)
  const slackMicros = nowMicros + windowMicros - tatMicros - intervalMicros
  return { tatMicros: slackMicros < 0 ? tatMicros : tatMicros + intervalMicros, slackMicros }
}

export function toRateLimitResult(slackMicros: number, intervalMicros: number): RateLimitResult {
  if (slackMicros < 0) return { allowed: false, retryAfterSeconds: -slackMicros / 1_000_000, remaining: 0 }
  return { allowed: true, retryAfterSeconds: 0, remaining: Math.floor(slackMicros / intervalMicros) }
}
