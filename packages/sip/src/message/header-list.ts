import { type HeaderField, parseField } from './header-field.ts'
import { type HeaderKey, headerKey, headerName } from './header-names.ts'

type Entry = {
  readonly key: HeaderKey
  readonly name: string
  readonly value: string
  /** What `value` means to the field that last read it; kept because every layer asks for Via, CSeq and tags again. */
  readBy: HeaderField<unknown> | undefined
  values: readonly unknown[] | undefined
}

const entryOf = (key: HeaderKey, name: string, value: string): Entry => ({ key, name, value, readBy: undefined, values: undefined })

/** The headers of one message: order, unknown names and raw values kept; meaning read when first asked for. */
export class HeaderList implements Iterable<readonly [name: string, value: string]> {
  #entries: Entry[] = []

  get size(): number {
    return this.#entries.length
  }

  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    for (const { name, value } of this.#entries) yield [name, value]
  }

  /** The first raw value of a header, by any spelling of its name. */
  raw(name: string): string | undefined {
    return this.#first(headerKey(name))?.value
  }

  /** Every raw value of a header, one a line. */
  rawAll(name: string): readonly string[] {
    const key = headerKey(name)
    return this.#entries.filter((entry) => entry.key === key).map(({ value }) => value)
  }

  has(name: string): boolean {
    return this.#first(headerKey(name)) !== undefined
  }

  /**
   * The value of a header, or the first of a list; undefined when absent or malformed. A single-value header that is repeated is
   * malformed: what it means would depend on who reads it (RFC 4475 §3.3.8).
   */
  one<T>(field: HeaderField<T>): T | undefined {
    const { key, shape } = field
    const entries = this.#entries
    let found: Entry | undefined
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index]
      if (!entry || entry.key !== key) continue
      if (shape !== 'single') return valuesOf(entry, field)?.[0]
      if (found) return undefined
      found = entry
    }
    return found && valuesOf(found, field)?.[0]
  }

  /** Every value of a header, over all its lines; none when absent, undefined when any is malformed. */
  all<T>(field: HeaderField<T>): readonly T[] | undefined {
    let all: readonly T[] | undefined
    for (const entry of this.#entries) {
      if (entry.key !== field.key) continue
      const values = valuesOf(entry, field)
      if (!values) return undefined
      all = all ? [...all, ...values] : values
    }
    return all ?? []
  }

  /** Adds a raw header at the end. Throws TypeError when name or value cannot be one header line. */
  append(name: string, value: string): this {
    refuseLineBreak(name, value)
    this.#entries.push(entryOf(headerKey(name), headerName(name), value))
    return this
  }

  /** Adds a line as it came off the wire: already unfolded and free of line breaks, its name kept as written. */
  appendParsed(name: string, value: string): void {
    this.#entries.push(entryOf(headerKey(name), name, value))
  }

  /** Replaces every line of a header by these values, one a line, in the place of the first. */
  set<T>(field: HeaderField<T>, ...values: readonly T[]): this {
    return this.setRaw(field.name, ...values.map((value) => field.format(value)))
  }

  setRaw(name: string, ...values: readonly string[]): this {
    for (const value of values) refuseLineBreak(name, value)
    const key = headerKey(name)
    const index = this.#entries.findIndex((entry) => entry.key === key)
    const rest = this.#entries.filter((entry) => entry.key !== key)
    rest.splice(index < 0 ? rest.length : index, 0, ...values.map((value) => entryOf(key, headerName(name), value)))
    this.#entries = rest
    return this
  }

  /** Adds a value before all others of its header: what Via and Record-Route ask for. */
  prepend<T>(field: HeaderField<T>, value: T): this {
    const text = field.format(value)
    refuseLineBreak(field.name, text)
    const index = this.#entries.findIndex((entry) => entry.key === field.key)
    this.#entries.splice(Math.max(index, 0), 0, entryOf(field.key, field.name, text))
    return this
  }

  /** Replaces the first value of a header and keeps the others, on its line and below. */
  replaceFirst<T>(field: HeaderField<T>, value: T): this {
    const index = this.#entries.findIndex((entry) => entry.key === field.key)
    const entry = this.#entries[index]
    if (!entry) return this.set(field, value)
    const rest = valuesOf(entry, field)?.slice(1) ?? []
    const text = [value, ...rest].map((each) => field.format(each)).join(', ')
    refuseLineBreak(field.name, text)
    this.#entries[index] = entryOf(entry.key, entry.name, text)
    return this
  }

  /** Removes the first value of a header and keeps the others: what a Via or Route that was ours asks for. */
  removeFirst<T>(field: HeaderField<T>): this {
    const index = this.#entries.findIndex((entry) => entry.key === field.key)
    const entry = this.#entries[index]
    if (!entry) return this
    const rest = valuesOf(entry, field)?.slice(1) ?? []
    if (rest.length === 0) this.#entries.splice(index, 1)
    else this.#entries[index] = entryOf(entry.key, entry.name, rest.map((each) => field.format(each)).join(', '))
    return this
  }

  remove(name: string): this {
    const key = headerKey(name)
    this.#entries = this.#entries.filter((entry) => entry.key !== key)
    return this
  }

  /** Copies every line of a header, raw and in order. */
  copyFrom(source: HeaderList, name: string): this {
    const key = headerKey(name)
    for (const entry of source.#entries) if (entry.key === key) this.#entries.push(entryOf(key, headerName(name), entry.value))
    return this
  }

  clone(): HeaderList {
    const copy = new HeaderList()
    copy.#entries = this.#entries.map(({ key, name, value }) => entryOf(key, name, value))
    return copy
  }

  /** The header lines for the wire, with Content-Length set to what the body has (RFC 3261 §20.14). */
  format(bodyOctets: number): string {
    let text = ''
    let hasLength = false
    const entries = this.#entries
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index]
      if (!entry) continue
      if (entry.key !== 'content-length') text += `${entry.name}: ${entry.value}\r\n`
      else if (!hasLength) {
        hasLength = true
        text += `${entry.name}: ${bodyOctets}\r\n`
      }
    }
    return hasLength ? text : `${text}Content-Length: ${bodyOctets}\r\n`
  }

  #first(key: HeaderKey): Entry | undefined {
    const entries = this.#entries
    for (let index = 0; index < entries.length; index++) if (entries[index]?.key === key) return entries[index]
    return undefined
  }
}

function valuesOf<T>(entry: Entry, field: HeaderField<T>): readonly T[] | undefined {
  if (entry.readBy !== field) {
    entry.values = parseField(field, entry.value)
    entry.readBy = field as HeaderField<unknown>
  }
  return entry.values as readonly T[] | undefined
}

/** A line break in a value would let its author write headers of his own. */
function refuseLineBreak(name: string, value: string): void {
  if (/[\r\n]/.test(value) || !/^[^\s:]+$/.test(name))
    throw new TypeError(`Cannot set header ${JSON.stringify(name)}: it would not stay one line`)
}
