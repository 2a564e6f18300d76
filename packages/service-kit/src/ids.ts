import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'

/** Ids of one millisecond that sort as they were made: the 12 bits after the version count them. */
const A_MILLISECOND = 4096

/** UUIDv7 (RFC 9562 §5.7) of the given clock: ids grow with time, so rows are appended and event ids can be forgotten by age. */
export function createIds(clock: Clock): () => string {
  const random = createRandomHex()
  let lastMs = 0
  let count = 0
  return () => {
    const now = clock.now()
    if (now > lastMs) {
      lastMs = now
      count = 0
    } else if (++count === A_MILLISECOND) {
      lastMs++ // ahead of the clock for a moment, rather than out of order
      count = 0
    }
    const rest = random()
    const variant = '89ab'.charAt(Number.parseInt(rest.charAt(0), 16) & 3)
    return `${timeHex(lastMs)}-7${hex(count, 3)}-${variant}${rest.slice(1, 4)}-${rest.slice(4)}`
  }
}

/** The smallest UUIDv7 of that millisecond, to compare with. */
export const firstIdAt = (ms: number): string => `${timeHex(Math.max(0, Math.trunc(ms)))}-7000-8000-000000000000`

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')

/** 48 bits of milliseconds as the first two groups of an id. */
function timeHex(ms: number): string {
  const digits = hex(ms, 12)
  return `${digits.slice(0, 8)}-${digits.slice(8)}`
}

/** 64 random bits at a time, out of a pool: asking the system for so few costs more than all the rest of an id. */
function createRandomHex(): () => string {
  const pool = Buffer.alloc(4096)
  let used = pool.length
  return () => {
    if (used === pool.length) {
      randomFillSync(pool)
      used = 0
    }
    used += 8
    return pool.toString('hex', used - 8, used)
  }
}

const requestIdAlphabet = 'abcdefghijklmnopqrstuvwxyz234567'

const REQUEST_ID_LENGTH = 26
/** Drawn for many ids at once, for the reason above. */
const randomness = new Uint8Array(64 * REQUEST_ID_LENGTH)
let drawn = randomness.length

/** `req_` and 26 base32 characters. */
export function newRequestId(): string {
  if (drawn === randomness.length) {
    crypto.getRandomValues(randomness)
    drawn = 0
  }
  let id = 'req_'
  for (const end = drawn + REQUEST_ID_LENGTH; drawn < end; drawn++) id += requestIdAlphabet[(randomness[drawn] ?? 0) & 31]
  return id
}
