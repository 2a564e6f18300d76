/** What a node measures of itself. */
export type Load = {
  /** Channels in progress, and how many this node may have. */
  readonly calls: number
  readonly capacity: number
  /** How late the event loop answers. */
  readonly latenessMs: number
  /** How long new requests wait to be looked at. */
  readonly backlogMs: number
  /** Requests that wait for a decision of somebody else: offers to `call`, questions to `registrar`. */
  readonly pending: number
}

export type OverloadLimits = { readonly maxLatenessMs: number; readonly maxBacklogMs: number; readonly maxPending: number }

export type Overload = 'none' | 'calls' | 'lateness' | 'queue'

/** What must have come down to take new requests again after too much: else a node at its limit refuses every other one. */
const RESUME_AT = 0.8

/** Which limit is passed. Channels end one by one, so their limit needs no memory. */
export function judgeLoad({ calls, capacity, latenessMs, backlogMs, pending }: Load, limits: OverloadLimits, before: Overload): Overload {
  const limit = (of: number, name: Overload) => (before === name ? of * RESUME_AT : of)
  if (latenessMs > limit(limits.maxLatenessMs, 'lateness') || backlogMs > limit(limits.maxBacklogMs, 'lateness')) return 'lateness'
  if (pending > limit(limits.maxPending, 'queue')) return 'queue'
  return calls >= capacity ? 'calls' : 'none'
}

/** A node that is full of calls has time for everything else; one that is late or waiting has not. */
export function refusesWhen(overload: Overload, method: string): boolean {
  if (overload === 'none') return false
  return overload === 'calls' ? method === 'INVITE' : true
}

/** Seconds to wait, spread so that those who were refused together do not come back together. */
export const retryAfter = (random: () => number): number => 5 + Math.floor(random() * 11)
