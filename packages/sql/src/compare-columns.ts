import { unwrap } from '@voipbin/contracts/fields'
import type { z } from 'zod'
import { columnKindOf, isNullable, isOptional } from './columns.ts'
import type { Engine } from './connection.ts'
import { type Column, describeColumns, indexNames } from './describe-table.ts'
import { indexName, listIndex } from './schema.ts'

/**
 * Compares an entity with its migrated table, for the tests of services: run it on both databases and expect `[]`.
 * @returns what does not fit, one sentence each
 */
export async function compareColumns(engine: Engine, table: string, entity: z.ZodObject<z.ZodRawShape>): Promise<string[]> {
  const columns = await describeColumns(engine.reader, table)
  if (columns.length === 0) return [`There is no table "${table}"`]
  const byName = new Map(columns.map((column) => [column.name, column]))
  const fields = Object.entries(entity.shape) as [string, z.ZodType][]
  const faults = fields.flatMap(([name, field]) => compareField(name, field, byName.get(name)))
  for (const { name, isNullable: mayBeNull, hasDefault } of columns) {
    if (!(name in entity.shape || mayBeNull || hasDefault))
      faults.push(`Column "${name}" is no field, not nullable and without default: no row could be inserted`)
  }
  const indexes = await indexNames(engine.reader, table)
  if (!indexes.includes(indexName(table, listIndex)))
    faults.push(`There is no index on (${listIndex.join(', ')}): each page would sort the whole table`)
  return faults
}

function compareField(name: string, field: z.ZodType, column: Column | undefined): string[] {
  if (!column) return [`Field "${name}" has no column`]
  const faults: string[] = []
  const mayBeNull = isNullable(field) || isOptional(field)
  if (mayBeNull && !column.isNullable) faults.push(`Field "${name}" may be null, its column may not`)
  if (!mayBeNull && column.isNullable) faults.push(`Column "${name}" may be null, its field may not`)
  const kind = columnKindOf(field)
  if (kind === 'number' && !isWhole(field))
    return column.kind === 'number' ? faults : [...faults, `Field "${name}" has decimals, its column is ${column.kind}`]
  const expected = kind === 'number' || kind === 'boolean' ? 'integer' : 'text'
  if (column.kind !== expected) return [...faults, `Field "${name}" is ${kind}, its column is ${column.kind}`]
  if (kind === 'json' && column.length !== undefined)
    faults.push(`Field "${name}" is JSON of any length, its column ends at ${column.length} characters`)
  const longest = kind === 'text' ? longestOf(field) : 0
  if (column.length !== undefined && longest > column.length)
    faults.push(`Field "${name}" takes ${longest} characters, its column ${column.length}`)
  return faults
}

type ZodDef = {
  readonly type: string
  readonly options?: z.ZodType[]
  readonly values?: unknown[]
  readonly entries?: Record<string, unknown>
}

/** Infinity where the schema sets no end; 0 where a format or pattern decides, which cannot be told from here. */
function longestOf(schema: z.ZodType): number {
  const inner = unwrap(schema)
  const { type, options, values, entries } = inner.def as unknown as ZodDef
  if (type === 'union') return Math.max(...(options ?? []).map(longestOf))
  if (type !== 'string') return Math.max(...(values ?? Object.values(entries ?? {})).map((value) => String(value).length))
  const { maxLength, format } = inner as z.ZodString
  if (maxLength !== null) return maxLength
  if (format === 'guid' || format === 'uuid') return 36
  return format === null ? Number.POSITIVE_INFINITY : 0
}

function isWhole(schema: z.ZodType): boolean {
  const inner = unwrap(schema)
  const { type, options, values, entries } = inner.def as unknown as ZodDef
  if (type === 'number') return (inner as z.ZodNumber).isInt
  return options ? options.every(isWhole) : (values ?? Object.values(entries ?? {})).every(Number.isInteger)
}
