import { type Contract, type EventDeclaration, type EventsOf, eventDeclaration } from '@voipbin/contracts/contract'
import type { AnyEntity, EntityColumns, EntitySchema } from '@voipbin/contracts/entity'
import { entityMeta } from '@voipbin/contracts/entity'
import { notFound } from '@voipbin/contracts/errors'
import { markOf } from '@voipbin/contracts/fields'
import type { Page, PageRequest } from '@voipbin/contracts/page'
import type { z } from 'zod'
import { type Columns, columnsOf } from './columns.ts'
import { type SqlValue, WriteConflict } from './connection.ts'
import { indexName, listIndex, quote } from './schema.ts'
import type { Read, Tx } from './tx.ts'

type Fixed = 'id' | 'tm_create' | 'tm_update' | 'tm_delete' | 'version'
const fixed: ReadonlySet<string> = new Set<Fixed>(['id', 'tm_create', 'tm_update', 'tm_delete', 'version'])
/** Filters by equality; null asks for "is null". */
export type Where<T> = Partial<T>
/** What equality cannot say, in SQL that means the same on both databases: `tag_ids LIKE ?`. For stores only. */
export type Condition = { readonly text: string; readonly values: readonly SqlValue[] }
/** What an insert needs; an id may be brought along, else it is made. */
export type NewRow<T extends object> = Omit<T, Fixed> & { readonly id?: string }
/** What an update may set; `undefined` leaves a field as it is. */
export type Changes<T> = { readonly [K in keyof Omit<T, Fixed>]?: T[K] | undefined }

/** All the SQL of one entity. Deleted rows are not there for any of these. */
export type EntityTable<C extends Contract, T extends z.output<AnyEntity>> = {
  readonly table: string
  /** @throws NOT_FOUND */
  get(read: Read, id: string): Promise<T>
  find(read: Read, id: string): Promise<T | undefined>
  /** Whether there is or ever was a row of this id: what is made once stays deleted. */
  wasMade(read: Read, id: string): Promise<boolean>
  /** Newest match, if any. */
  first(read: Read, where: Where<T>): Promise<T | undefined>
  /** One page, newest first, of what equals `where` (and `customer_id`, where the page has one). */
  list(read: Read, page: PageRequest & { readonly customer_id?: string }, where?: Where<T>, condition?: Condition): Promise<Page<T>>
  insert(tx: Tx, event: EventsOf<C, T>, fields: NewRow<T>): Promise<T>
  /** Compare-and-set on the version of `row`, as it was read. @throws WriteConflict, on which the transaction runs again */
  update(tx: Tx, event: EventsOf<C, T>, row: T, changes: Changes<T>): Promise<T>
  /** The same for fields that nobody outside sees, of which nobody is told. @throws TypeError for a field not marked internal */
  keep(tx: Tx, row: T, changes: Changes<T>): Promise<T>
  /** Soft delete, with what the row shall say from then on. */
  remove(tx: Tx, event: EventsOf<C, T>, row: T, changes?: Changes<T>): Promise<T>
  /** Up to `limit` live rows of a tenant, oldest ids first: for cascades. */
  ofCustomer(read: Read, customerId: string, limit: number): Promise<T[]>
}

export function entityTable<C extends Contract, Shape extends z.ZodRawShape>(
  contract: C,
  table: string,
  schema: EntitySchema<Shape>,
): EntityTable<C, z.output<EntitySchema<Shape>> & z.output<z.ZodObject<EntityColumns>>> {
  type T = z.output<EntitySchema<Shape>> & z.output<z.ZodObject<EntityColumns>>
  const name = entityMeta(schema)?.name ?? table
  const columns = columnsOf(schema.shape)
  const settable = columns.names.filter((column) => !fixed.has(column))
  const refuseSeen = createRefuseSeen(name, schema.shape)
  const text = statements(table, columns.names)
  const declared = createDeclared(contract)

  const query = async (read: Read, sql: string, parameters: readonly SqlValue[]): Promise<T[]> => {
    const rows = await read.connection.all(sql, parameters)
    return rows.map((row) => columns.decode(row) as T)
  }
  const emit = (tx: Tx, type: string, row: T) => {
    tx.emit({ type, declaration: declared(type), payload: row as Record<string, unknown>, sequence: row.version })
  }
  /** Writes the fields that are set; what they were is not compared, because a list may have been changed in place. */
  const write = async (tx: Tx, before: T, set: Partial<T>): Promise<T> => {
    const fields = Object.keys(set)
    const values = fields.map((field) => columns.encode(field, set[field as keyof T]))
    const matched = await tx.connection.run(text.update(fields), [...values, before.id, before.version])
    if (matched !== 1) throw new WriteConflict(`Cannot update ${name} "${before.id}": changed since version ${before.version}`)
    return { ...before, ...set }
  }
  const save = async (tx: Tx, type: string, before: T, set: Partial<T>): Promise<T> => {
    const after = await write(tx, before, set)
    emit(tx, type, after)
    return after
  }

  /** Of one row at most, by `sql`. */
  const one = async (read: Read, sql: string, parameters: readonly SqlValue[]) =>
    (await query(read, read.isLocking ? `${sql} FOR UPDATE` : sql, parameters))[0]
  const find = (read: Read, id: string) => one(read, text.get, [id])

  return {
    table,
    find,
    wasMade: async (read, id) => (await read.connection.all(`SELECT id FROM ${quote(table)} WHERE id = ?`, [id])).length > 0,
    get: async (read, id) => (await find(read, id)) ?? missing(name, id),
    async first(read, where) {
      const filter = filterOf(columns, where)
      return one(read, `${text.select} WHERE tm_delete IS NULL${filter.text} ${NEWEST_FIRST} LIMIT 1`, filter.values)
    },
    async list(read, page, where = {}, condition = everything) {
      const tenant = page.customer_id === undefined ? {} : { customer_id: page.customer_id }
      const filter = filterOf(columns, { ...tenant, ...where })
      const cursor = cursorOf(page.page_token)
      const rows = `WHERE tm_delete IS NULL${filter.text} AND (${condition.text})${cursor.text}`
      const values = [...filter.values, ...condition.values, ...cursor.values, page.page_size]
      const isSeeking = read.connection.dialect === 'mysql' && cursor.text !== '' && page.customer_id !== undefined
      const result = await query(read, `${text.select}${isSeeking ? text.seek : ''} ${rows} ${NEWEST_FIRST} LIMIT ?`, values)
      const last = result.at(-1)
      return { result, next_page_token: last ? `${last.tm_create}~${last.id}` : '' }
    },
    async insert(tx, event, fields) {
      const made = { id: fields.id ?? tx.newId(), tm_create: tx.now, tm_update: null, tm_delete: null, version: 1 }
      const row = pick({ ...fields, ...made }, columns.names) as T
      const values = columns.names.map((column) => columns.encode(column, row[column as keyof T]))
      await tx.connection.run(text.insert, values)
      emit(tx, event, row)
      return row
    },
    update: (tx, event, row, changes) =>
      save(tx, event, row, { ...pick(changes, settable), tm_update: tx.now, version: row.version + 1 } as Partial<T>),
    keep(tx, row, changes) {
      const set = pick(changes, settable)
      refuseSeen(Object.keys(set))
      return write(tx, row, { ...set, version: row.version + 1 } as Partial<T>)
    },
    remove(tx, event, row, changes = {}) {
      const ended = { tm_update: tx.now, tm_delete: tx.now, version: row.version + 1 }
      return save(tx, event, row, { ...pick(changes, settable), ...ended } as Partial<T>)
    },
    ofCustomer: (read, customerId, limit) => query(read, text.ofCustomer, [customerId, limit]),
  }
}

function createDeclared(contract: Contract): (type: string) => EventDeclaration {
  const declarations = new Map<string, EventDeclaration>()
  return (type) => {
    const declaration = declarations.get(type) ?? eventDeclaration(contract, type)
    declarations.set(type, declaration)
    return declaration
  }
}

function createRefuseSeen(name: string, shape: z.ZodRawShape): (fields: readonly string[]) => void {
  const unseen = new Set(Object.keys(shape).filter((field) => markOf(shape[field] as z.ZodType) === 'internal'))
  return (fields) => {
    for (const field of fields)
      if (!unseen.has(field)) throw new TypeError(`Cannot change "${field}" of ${name} in silence: it is not internal`)
  }
}

function missing(name: string, id: string): never {
  throw notFound(name, id)
}

const everything: Condition = { text: '1 = 1', values: [] }
const NEWEST_FIRST = 'ORDER BY tm_create DESC, id DESC'

function statements(table: string, names: readonly string[]) {
  const list = names.map(quote).join(', ')
  const select = `SELECT ${list} FROM ${quote(table)}`
  const updates = new Map<string, string>()
  const updateOf = (fields: readonly string[]) =>
    `UPDATE ${quote(table)} SET ${fields.map((field) => `${quote(field)} = ?`).join(', ')} WHERE id = ? AND version = ? AND tm_delete IS NULL`
  return {
    select,
    // Where half of a large table comes before the cursor, MySQL would read all that comes after it instead: 2 s for a page.
    seek: ` FORCE INDEX FOR ORDER BY (${quote(indexName(table, listIndex))})`,
    get: `${select} WHERE id = ? AND tm_delete IS NULL`,
    ofCustomer: `${select} WHERE customer_id = ? AND tm_delete IS NULL ORDER BY tm_create, id LIMIT ?`,
    insert: `INSERT INTO ${quote(table)} (${list}) VALUES (${names.map(() => '?').join(', ')})`,
    /** One text for each set of fields that somebody writes together; columns left alone leave their indexes alone. */
    update(fields: readonly string[]): string {
      const key = fields.join()
      const text = updates.get(key) ?? updateOf(fields)
      if (updates.size < KEPT_TEXTS) updates.set(key, text)
      return text
    },
  }
}
const KEPT_TEXTS = 100

function filterOf(columns: Columns, where: object): { text: string; values: SqlValue[] } {
  let text = ''
  const values: SqlValue[] = []
  for (const [field, value] of Object.entries(where)) {
    if (value === undefined) continue
    text += value === null ? ` AND ${quote(field)} IS NULL` : ` AND ${quote(field)} = ?`
    if (value !== null) values.push(columns.encode(field, value))
  }
  return { text, values }
}

/**
 * Rows after the token, `<tm_create>~<id>` or a plain time. The first comparison is what an index can seek to; MySQL
 * does not seek on row values.
 */
function cursorOf(token: string): { text: string; values: SqlValue[] } {
  if (token === '') return { text: '', values: [] }
  const [time = '', id = ''] = token.split('~')
  const normal = normalTime(time)
  return { text: ' AND tm_create <= ? AND (tm_create < ? OR id < ?)', values: [normal, normal, id.toLowerCase()] }
}

/** Clients also send times with a space, without Z or with other decimals. */
function normalTime(time: string): string {
  const [whole = '', decimals = ''] = time.replace(' ', 'T').replace('Z', '').split('.')
  return `${whole}.${decimals.padEnd(6, '0').slice(0, 6)}Z`
}

/** What of `source` is set and has a column: inputs may carry more. */
function pick(source: object, names: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {}
  for (const name of names) {
    const value = source[name as keyof typeof source]
    if (value !== undefined) picked[name] = value
  }
  return picked
}
