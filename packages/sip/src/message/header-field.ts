import { COMMA } from './characters.ts'
import { Cursor } from './cursor.ts'
import type { HeaderKey } from './header-names.ts'
import { MAX_LIST_ELEMENTS } from './limits.ts'

/**
 * How the values of one header are read and written.
 * `single`: one value in the message. `list`: any number, by comma or by repetition (RFC 3261 §7.3.1). `lines`: one a line, never
 * joined by commas, as authentication headers are. `tokens`: a list that may be empty and whose empty elements mean nothing.
 */
export type HeaderField<T> = {
  readonly name: string
  readonly key: HeaderKey
  readonly shape: 'single' | 'list' | 'lines' | 'tokens'
  /** One value; undefined when malformed. Leaves the cursor behind it. */
  parse(cursor: Cursor): T | undefined
  format(value: T): string
}

export function defineHeader<T>(
  name: string,
  shape: HeaderField<T>['shape'],
  parse: (cursor: Cursor) => T | undefined,
  format: (value: T) => string,
): HeaderField<T> {
  return { name, key: name.toLowerCase(), shape, parse, format }
}

/** The values of one header line; undefined when any of them is malformed. */
export function parseField<T>(field: HeaderField<T>, text: string): readonly T[] | undefined {
  const cursor = new Cursor(text)
  cursor.skipSpaces()
  const values: T[] = []
  const isTokens = field.shape === 'tokens'
  while (!(isTokens && isAtGap(cursor))) {
    const value = field.parse(cursor)
    if (value === undefined || values.push(value) > MAX_LIST_ELEMENTS) return undefined
    if (isTokens) continue
    if (field.shape !== 'list' || !cursor.takeSeparator(COMMA)) break
  }
  cursor.skipSpaces()
  return cursor.isAtEnd() ? values : undefined
}

/** Takes commas and spaces; true at the end of the list. */
function isAtGap(cursor: Cursor): boolean {
  let isSeparated = cursor.at === 0 || cursor.isAtEnd()
  while (cursor.takeSeparator(COMMA)) isSeparated = true
  cursor.skipSpaces()
  return cursor.isAtEnd() || !isSeparated
}
