import { unwrap } from '@voipbin/contracts/fields'
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

const textTypes = new Set(['string', 'enum', 'literal'])

function codecOf(schema: z.ZodType): Codec {
  const inner = unwrap(schema)
  const def = inner.def as { type: string; options?: z.ZodType[]; values?: unknown[] }
  if (def.type === 'literal') return typeof def.values?.[0] === 'boolean' ? boolean : typeof def.values?.[0] === 'number' ? number : plain
  if (textTypes.has(def.type)) return plain
  if (def.type === 'number') return number
  if (def.type === 'boolean') return boolean
  if (def.type === 'union' && def.options?.every((option) => codecOf(option) === plain)) return plain
  return json
}

export type Columns = {
  readonly names: readonly string[]
  encode(field: string, value: unknown): SqlValue
  decode(row: Row): Record<string, unknown>
}

/** The columns of an entity: one a field, of the field's name. */
export function columnsOf(shape: z.ZodRawShape): Columns {
  const codecs = new Map(Object.entries(shape).map(([name, field]) => [name, codecOf(field as z.ZodType)]))
  const special = [...codecs].filter(([, codec]) => codec !== plain)
  return {
    names: [...codecs.keys()],
    encode(field, value) {
      const codec = codecs.get(field)
      if (!codec) throw new TypeError(`No column for field "${field}"`)
      return codec.encode(value)
    },
    decode(row) {
      for (const [name, codec] of special) row[name] = codec.decode(row[name])
      return row
    },
  }
}
