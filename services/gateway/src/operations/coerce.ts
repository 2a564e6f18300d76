import { isWrapper, unwrap } from '@voipbin/contracts/fields'
import type { z } from 'zod'

/** What a text stands for; undefined where it is as good as not sent. What does not fit passes as it is, for the schema to refuse. */
export type Coerce = (text: string | readonly string[]) => unknown

type Def = {
  readonly type: string
  readonly element?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly values?: readonly unknown[]
  readonly in?: z.ZodType
}

const asItIs: Coerce = (text) => text

/**
 * Compiles how texts of a query, a path or a form become a field's type: numbers, booleans (`true`, `1`, `false`, `0`), and arrays,
 * sent either repeated (`a=1&a=2`) or once with commas (`a=1,2`). An empty text is no number and no boolean and counts as not sent.
 */
export function compileCoercion(schema: z.ZodType): Coerce {
  const def = innermost(schema).def as unknown as Def
  if (def.type === 'array' && def.element) return coerceArray(compileCoercion(def.element))
  const types = scalarTypes(schema)
  if (types.has('string')) return asItIs
  if (types.has('number')) return single(toNumber)
  if (types.has('boolean')) return single(toBoolean)
  return asItIs
}

/** The schema under wrappers, and that which a transform takes in. */
function innermost(schema: z.ZodType): z.ZodType {
  const inner = isWrapper(schema) ? unwrap(schema) : schema
  const def = inner.def as unknown as Def
  return def.type === 'pipe' && def.in ? innermost(def.in) : inner
}

function scalarTypes(schema: z.ZodType): Set<string> {
  const { type, options, values } = innermost(schema).def as unknown as Def
  if (type === 'union' && options) return new Set(options.flatMap((option) => [...scalarTypes(option)]))
  if (type === 'literal' && values) return new Set(values.map((value) => typeof value))
  return new Set([type === 'enum' ? 'string' : type])
}

const single =
  (convert: (text: string) => unknown): Coerce =>
  (text) => {
    if (typeof text !== 'string') return text
    return text === '' ? undefined : convert(text)
  }

/** Decimal notation only: `0x10`, ` 1` and `Infinity` stay texts. */
function toNumber(text: string): unknown {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : text
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])
const toBoolean = (text: string) => booleans.get(text.toLowerCase()) ?? text

const coerceArray =
  (coerce: Coerce): Coerce =>
  (text) => {
    if (text === '') return undefined
    const items = typeof text === 'string' ? text.split(',') : text
    return items.map((item) => coerce(item)).filter((item) => item !== undefined)
  }
