import { WORD } from '../characters.ts'
import type { Cursor } from '../cursor.ts'
import { defineHeader, type HeaderField } from '../header-field.ts'

const token = (cursor: Cursor): string | undefined => cursor.token() || undefined
const itself = (value: string): string => value
const tokens = (name: string): HeaderField<string> => defineHeader(name, 'tokens', token, itself)

/** §20.5, methods */
export const allowHeader = tokens('Allow')
/** §20.37, option tags */
export const supportedHeader = tokens('Supported')
/** §20.32 */
export const requireHeader = tokens('Require')
/** §20.29 */
export const proxyRequireHeader = tokens('Proxy-Require')
/** §20.40 */
export const unsupportedHeader = tokens('Unsupported')
/** §20.12 */
export const contentEncodingHeader = tokens('Content-Encoding')
/** RFC 6665 §8.2.2 */
export const allowEventsHeader = tokens('Allow-Events')

/** §20.8: compared as it is, with case. */
export const callIdHeader: HeaderField<string> = defineHeader('Call-ID', 'single', (cursor) => cursor.run(WORD) || undefined, itself)

/** RFC 3323 §4.2: `id`, `user`, `header`, `session`, `none`, `critical`, joined by semicolons. */
export const privacyHeader: HeaderField<readonly string[]> = defineHeader('Privacy', 'single', parsePrivacy, (values) => values.join(';'))

function parsePrivacy(cursor: Cursor): readonly string[] | undefined {
  const values = cursor.text
    .slice(cursor.at)
    .split(/[;,]/)
    .map((value) => value.trim().toLowerCase())
  cursor.at = cursor.text.length
  return values.every((value) => /^[a-z-]+$/.test(value)) ? values : undefined
}

/** Free text: anything but a line break. */
const text = (name: string): HeaderField<string> => defineHeader(name, 'single', takeRest, itself)

function takeRest(cursor: Cursor): string {
  const rest = cursor.text.slice(cursor.at).trimEnd()
  cursor.at = cursor.text.length
  return rest
}

/** §20.41 */
export const userAgentHeader = text('User-Agent')
/** §20.35 */
export const serverHeader = text('Server')
/** §20.36 */
export const subjectHeader = text('Subject')
/** §20.25 */
export const organizationHeader = text('Organization')

/** §20.17. An SIP-date is always GMT; what is not is malformed and may be ignored (RFC 4475 §3.1.2.12). */
export const dateHeader: HeaderField<Date> = defineHeader('Date', 'single', parseDate, (date) => date.toUTCString())

function parseDate(cursor: Cursor): Date | undefined {
  const written = takeRest(cursor)
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(written)) return undefined
  const date = new Date(written)
  return Number.isNaN(date.getTime()) ? undefined : date
}
