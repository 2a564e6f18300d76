import { SPACE, TAB } from '../characters.ts'
import type { Cursor } from '../cursor.ts'
import { defineHeader, type HeaderField } from '../header-field.ts'
import { MAX_CSEQ, MAX_DELTA_SECONDS, MAX_MESSAGE_OCTETS } from '../limits.ts'

/** Decimal digits up to a maximum; undefined beyond it, however many digits there are. */
export function parseNumber(cursor: Cursor, max: number): number | undefined {
  const start = cursor.at
  let value = 0
  for (let code = cursor.peek(); code >= 0x30 && code <= 0x39; code = cursor.peek()) {
    value = value * 10 + code - 0x30
    if (value > max) return undefined
    cursor.at++
  }
  return cursor.at === start ? undefined : value
}

const number = (name: string, max: number): HeaderField<number> =>
  defineHeader(name, 'single', (cursor) => parseNumber(cursor, max), String)

/** §20.22: 0 to 255. */
export const maxForwardsHeader = number('Max-Forwards', 255)
/** §20.19, seconds. */
export const expiresHeader = number('Expires', MAX_DELTA_SECONDS)
/** §20.23, seconds. */
export const minExpiresHeader = number('Min-Expires', MAX_DELTA_SECONDS)
/** RFC 3262 §7.1 */
export const rseqHeader = number('RSeq', 2 ** 32 - 1)

/** §20.14, octets. Repeats are allowed where they agree; `bodyOctets` decides. */
export const contentLengthHeader: HeaderField<number> = defineHeader(
  'Content-Length',
  'lines',
  (cursor) => parseNumber(cursor, MAX_MESSAGE_OCTETS),
  String,
)

/** The order of requests in a dialog (§20.16). */
export type CSeq = { readonly sequence: number; readonly method: string }

export const cseqHeader: HeaderField<CSeq> = defineHeader<CSeq>(
  'CSeq',
  'single',
  parseCSeq,
  ({ sequence, method }) => `${sequence} ${method}`,
)

function parseCSeq(cursor: Cursor): CSeq | undefined {
  const sequence = parseNumber(cursor, MAX_CSEQ)
  const gap = cursor.peek()
  if (sequence === undefined || (gap !== SPACE && gap !== TAB)) return undefined
  cursor.skipSpaces()
  const method = cursor.token()
  return method === '' ? undefined : { sequence, method }
}

/** When to try again (§20.33). The comment in between is for people and is skipped. */
export type RetryAfter = { readonly seconds: number }

export const retryAfterHeader: HeaderField<RetryAfter> = defineHeader<RetryAfter>(
  'Retry-After',
  'single',
  parseRetryAfter,
  ({ seconds }) => `${seconds}`,
)

function parseRetryAfter(cursor: Cursor): RetryAfter | undefined {
  const seconds = parseNumber(cursor, MAX_DELTA_SECONDS)
  if (seconds === undefined || !/^[ \t]*([(;].*)?$/.test(cursor.text.slice(cursor.at))) return undefined
  cursor.at = cursor.text.length
  return { seconds }
}
