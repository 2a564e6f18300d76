import { v7 } from 'uuid'
import type { Clock } from './clock.ts'

/** UUIDv7 of the given clock: ids grow with time, so rows are appended and event ids can be forgotten by age. */
export function createIds(clock: Clock): () => string {
  let lastMs = 0
  let sequence = 0
  return () => {
    const now = clock.now()
    if (now > lastMs) {
      lastMs = now
      sequence = 0
    } else sequence++
    return v7({ msecs: lastMs, seq: sequence })
  }
}

/** The smallest UUIDv7 of that millisecond, to compare with. */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

const requestIdAlphabet = 'abcdefghijklmnopqrstuvwxyz234567'

const ID_LENGTH = 26
/** Drawn for many ids at once: one by one the drawing costs more than the rest of a request's bookkeeping. */
const randomness = new Uint8Array(64 * ID_LENGTH)
let used = randomness.length

/** `req_` and 26 base32 characters. */
export function newRequestId(): string {
  if (used === randomness.length) {
    crypto.getRandomValues(randomness)
    used = 0
  }
  let id = 'req_'
  for (const end = used + ID_LENGTH; used < end; used++) id += requestIdAlphabet[(randomness[used] ?? 0) & 31]
  return id
}
