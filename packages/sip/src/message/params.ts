import { allIn, EQUALS, QUOTE, SEMICOLON, TOKEN, VALUE } from './characters.ts'
import { type Cursor, quote, unquote } from './cursor.ts'
import { MAX_PARAMS } from './limits.ts'

/** A parameter as written: quotes and the case of its name are kept; undefined value for a flag such as `;lr`. */
export type Param = readonly [name: string, value: string | undefined]

/** Parameters in order (generic-param, RFC 3261 §25.1). Immutable; names compare without case. */
export class Params implements Iterable<Param> {
  static readonly none = new Params([])
  readonly #entries: readonly Param[]

  constructor(entries: readonly Param[]) {
    this.#entries = entries
  }

  /** From plain values: true is a flag; text that is no token is quoted. */
  static of(values: Readonly<Record<string, string | number | true | undefined>>): Params {
    return Object.entries(values).reduce((params, [name, value]) => (value === undefined ? params : params.with(name, value)), Params.none)
  }

  get size(): number {
    return this.#entries.length
  }

  [Symbol.iterator](): Iterator<Param> {
    return this.#entries[Symbol.iterator]()
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  /** The value without quotes, '' for a flag; undefined when there is no such parameter. */
  get(name: string): string | undefined {
    const entry = this.#find(name)
    return entry && unquote(entry[1] ?? '')
  }

  /** A copy with the parameter set in its place, or added at the end. */
  with(name: string, value: string | number | true): Params {
    const text = value === true ? undefined : String(value)
    const raw = text === undefined || text === '' || allIn(text, VALUE) ? text : quote(text)
    const entry: Param = [name, raw]
    const existing = this.#find(name)
    return new Params(existing ? this.#entries.map((old) => (old === existing ? entry : old)) : [...this.#entries, entry])
  }

  /** A copy with the parameter set as a quoted string even where a token would do (RFC 3326 text, RFC 8760 realm…). */
  withQuoted(name: string, value: string): Params {
    return new Params([...this.without(name), [name, quote(value)]])
  }

  without(name: string): Params {
    const existing = this.#find(name)
    return existing ? new Params(this.#entries.filter((entry) => entry !== existing)) : this
  }

  /** `;name=value` for each; with another separator between them, as authentication headers have it, none leads. */
  format(separator = ';'): string {
    let text = ''
    for (const [name, value] of this.#entries) text += value === undefined ? `${separator}${name}` : `${separator}${name}=${value}`
    return separator === ';' ? text : text.slice(separator.length)
  }

  #find(name: string): Param | undefined {
    const entries = this.#entries
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index]
      if (entry && (entry[0] === name || (entry[0].length === name.length && entry[0].toLowerCase() === name.toLowerCase()))) return entry
    }
    return undefined
  }
}

/** `*( SEMI generic-param )`; undefined when one is malformed. Stops before what is no semicolon. */
export function parseParams(cursor: Cursor): Params | undefined {
  if (cursor.isAtEnd()) return Params.none
  let entries: Param[] | undefined
  while (cursor.takeSeparator(SEMICOLON)) {
    const param = parseParam(cursor)
    if (!param) return undefined
    entries ??= []
    if (entries.push(param) > MAX_PARAMS) return undefined
  }
  return entries ? new Params(entries) : Params.none
}

/** `token [ EQUAL ( token / host / quoted-string ) ]` */
export function parseParam(cursor: Cursor): Param | undefined {
  const name = cursor.run(TOKEN)
  if (name === '') return undefined
  if (!cursor.takeSeparator(EQUALS)) return [name, undefined]
  if (cursor.peek() !== QUOTE) return [name, cursor.run(VALUE)]
  const quoted = cursor.quoted()
  return quoted === undefined ? undefined : [name, quoted]
}
