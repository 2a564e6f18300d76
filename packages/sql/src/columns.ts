import { isWrapper, unwrap } from '@voipbin/contracts/fields'
import type { z } from 'zod'
import type { Row, SqlValue } from './connection.ts'

/** How one entity field is kept in a column, the same on both databases. */
type Codec = { encode(value: unknown): SqlValue; decode(stored: unknown): unknown }

const plain: Codec = { encode: (value) => (value ?? null) as SqlValue, decode: (stored) => stored }
const boolean: Codec = {
  encode: (value) => (value === null || value === undefined ? null : value ? 1 : 0),
  decode: (stored) => (stored === null ? null : Number(stored) === 1),
}
const number: Codec = { encode: plain.encode, decode: (stored) => (stored === null ? null : Number(stored)) }
/** Objects, lists and everything else that is not one scalar: JSON text. */
const json: Codec = {
  encode: (value) => (value === null || value === undefined ? null : JSON.stringify(value)),
  decode: (stored) => (stored === null ? null : JSON.parse(stored as string)),
}

export type ColumnKind = 'text' | 'boolean' | 'number' | 'json'
const codecs: Readonly<Record<ColumnKind, Codec>> = { text: plain, boolean, number, json }

type ZodDef = {
  readonly type: string
  readonly options?: z.ZodType[]
  readonly values?: unknown[]
  readonly entries?: Record<string, unknown>
}

/** How the values of a field are kept: scalars as such, everything else as JSON. */
export function columnKindOf(schema: z.ZodType): ColumnKind {
  const { type, options, values, entries } = unwrap(schema).def as unknown as ZodDef
  if (type === 'string') return 'text'
  if (type === 'number' || type === 'boolean') return type
  if (type === 'literal' || type === 'enum') return kindOfValues(values ?? Object.values(entries ?? {}))
  const [first, ...others] = new Set(options?.map(columnKindOf))
  return first !== undefined && others.length === 0 ? first : 'json'
}

function kindOfValues(values: readonly unknown[]): ColumnKind {
  const [first, ...others] = new Set(values.map((value) => typeof value))
  if (others.length > 0) return 'json'
  return first === 'string' ? 'text' : first === 'number' || first === 'boolean' ? first : 'json'
}

const hasWrapper = (schema: z.ZodType, types: readonly string[]): boolean =>
  isWrapper(schema) && (types.includes(schema.def.type) || hasWrapper(schema.def.innerType as z.ZodType, types))

export const isNullable = (schema: z.ZodType): boolean => hasWrapper(schema, ['nullable'])
export const isOptional = (schema: z.ZodType): boolean => hasWrapper(schema, ['optional', 'default', 'prefault'])

export type Columns = {
  readonly names: readonly string[]
  encode(field: string, value: unknown): SqlValue
  decode(row: Row): Record<string, unknown>
}

/** The columns of an entity: one a field, of the field's name. Null and "not there" are both NULL. */
export function columnsOf(shape: z.ZodRawShape): Columns {
  const fields = Object.entries(shape).map(([name, field]) => ({ name, codec: codecs[columnKindOf(field as z.ZodType)] }))
  const byName = new Map(fields.map(({ name, codec }) => [name, codec]))
  const special = fields.filter(({ codec }) => codec !== plain)
  const leftOut = Object.keys(shape).filter((name) => isOptional(shape[name] as z.ZodType) && !isNullable(shape[name] as z.ZodType))
  return {
    names: fields.map(({ name }) => name),
    encode(field, value) {
      const codec = byName.get(field)
      if (!codec) throw new TypeError(`No column for field "${field}"`)
      return codec.encode(value)
    },
    decode(row) {
      for (const { name, codec } of special) row[name] = codec.decode(row[name])
      for (const name of leftOut) row[name] ??= undefined
      return row
    },
  }
}
