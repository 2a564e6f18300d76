import type { Connection, Dialect } from './connection.ts'
import { digest } from './derive-id.ts'
import { describeColumns, indexNames } from './describe-table.ts'

/**
 * A column type with one meaning on both databases. Ids and times are ASCII text; other text is UTF-8, compared byte by
 * byte and trailing spaces and all.
 */
export type ColumnType = {
  readonly sqlite: string
  readonly mysql: string
  /** Characters that fit; SQLite is told to refuse more, as MySQL does. */
  readonly length?: number
  readonly isNullable: boolean
  readonly defaultValue: string | undefined
}

const type = (sqlite: string, mysql: string, length?: number): ColumnType => ({
  ...{ sqlite, mysql, isNullable: false, defaultValue: undefined },
  ...(length === undefined ? {} : { length }),
})

export const idColumn = () => type('TEXT', 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin', 36)
export const timeColumn = () => type('TEXT', 'CHAR(27) CHARACTER SET ascii COLLATE ascii_bin', 27)
/** Text of at most `length` characters; past 1024 it leaves the row, whose size is limited to 64 KB. */
export const textColumn = (length: number) => (length <= 1024 ? type('TEXT', `VARCHAR(${length})`, length) : jsonColumn())
/** Keys and hashes made of ASCII and not of spaces, so that an index on them stays small. */
export const asciiColumn = (length: number) => type('TEXT', `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`, length)
export const jsonColumn = () => type('TEXT', 'MEDIUMTEXT')
export const integerColumn = () => type('INTEGER', 'BIGINT')
export const numberColumn = () => type('REAL', 'DOUBLE')
export const booleanColumn = () => type('INTEGER', 'TINYINT')

export const nullable = (column: ColumnType): ColumnType => ({ ...column, isNullable: true })
/** `value` is an SQL literal: `0`, `''`. */
export const withDefault = (column: ColumnType, value: string): ColumnType => ({ ...column, defaultValue: value })

export type ColumnTypes = Readonly<Record<string, ColumnType>>
export type TableOptions = {
  readonly primaryKey: readonly string[]
  /** The primary key is one integer that the database counts up. */
  readonly isCounted?: boolean
  /** The number of a removed row may be given again once no later row is left: saves SQLite a page in every commit. */
  readonly mayRecount?: boolean
  /** Small rows that live in the primary key itself (MySQL's tables always do). */
  readonly isClustered?: boolean
}

/** What a migration may do. Each step is safe to run again, because MySQL commits every DDL by itself. */
export type Schema = {
  readonly dialect: Dialect
  createTable(table: string, columns: ColumnTypes, options: TableOptions): Promise<void>
  /** Table of an entity: its own columns beside the common ones, and the index that lists need. */
  createEntityTable(table: string, columns: ColumnTypes): Promise<void>
  addColumn(table: string, name: string, column: ColumnType): Promise<void>
  dropColumn(table: string, name: string): Promise<void>
  createIndex(table: string, columns: readonly string[], options?: { unique?: boolean }): Promise<void>
  /** No two rows that are not deleted have the same value in this column; null is no value. Also the index for looking it up. */
  createLiveKey(table: string, name: string, column: ColumnType): Promise<void>
  /** An index goes before its columns do. */
  dropIndex(table: string, columns: readonly string[]): Promise<void>
  /** Data moves and what the rest cannot say; must be safe to run again. */
  run(statement: { readonly sqlite: string; readonly mysql: string }): Promise<void>
}

export type Migration = (schema: Schema) => Promise<void>

export function createSchema(connection: Connection): Schema {
  const { dialect } = connection

  async function createTable(table: string, columns: ColumnTypes, options: TableOptions): Promise<void> {
    const lines = Object.entries(columns).map(([name, column]) => define(dialect, name, column))
    if (options.isCounted) lines.unshift(`${quote(options.primaryKey[0] ?? '')} ${counted(dialect, options)}`)
    else lines.push(`PRIMARY KEY (${options.primaryKey.map(quote).join(', ')})`)
    const sqliteSuffix = options.isClustered ? 'STRICT, WITHOUT ROWID' : 'STRICT'
    const suffix =
      dialect === 'mysql' ? `ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ${await binaryCollation(connection)}` : sqliteSuffix
    await connection.exec(`CREATE TABLE IF NOT EXISTS ${quote(table)} (${lines.join(', ')}) ${suffix}`)
  }

  async function createIndex(table: string, columns: readonly string[], options: { unique?: boolean } = {}): Promise<void> {
    const name = indexName(table, columns)
    if ((await indexNames(connection, table)).includes(name)) return
    const unique = options.unique ? 'UNIQUE ' : ''
    await connection.exec(`CREATE ${unique}INDEX ${quote(name)} ON ${quote(table)} (${columns.map(quote).join(', ')})`)
  }

  return {
    dialect,
    createTable,
    createIndex,
    async createEntityTable(table, columns) {
      const { id, customer_id, ...times } = entityColumnTypes
      await createTable(table, { id, customer_id, ...columns, ...times }, { primaryKey: ['id'] })
      await createIndex(table, listIndex)
    },
    async addColumn(table, name, column) {
      if (await hasColumn(connection, table, name)) return
      await connection.exec(`ALTER TABLE ${quote(table)} ADD COLUMN ${define(dialect, name, column)}`)
    },
    async dropColumn(table, name) {
      if (!(await hasColumn(connection, table, name))) return
      await connection.exec(`ALTER TABLE ${quote(table)} DROP COLUMN ${quote(name)}`)
    },
    createLiveKey: (table, name, column) => createLiveKey(connection, table, { name, column }),
    async dropIndex(table, columns) {
      const name = indexName(table, columns)
      if (!(await indexNames(connection, table)).includes(name)) return
      await connection.exec(`DROP INDEX ${quote(name)}${dialect === 'mysql' ? ` ON ${quote(table)}` : ''}`)
    },
    run: async (statement) => connection.exec(statement[dialect]),
  }
}

/** A name as both databases take it, reserved words included. */
export const quote = (name: string): string => `"${name}"`

/** What a page of a tenant's rows, newest first, is read by. */
export const listIndex = ['customer_id', 'tm_delete', 'tm_create', 'id'] as const

const LONGEST_NAME = 64

/** Names past MySQL's limit keep their start and end in a hash, so that two never meet. */
export function indexName(table: string, columns: readonly string[]): string {
  const name = `${table}_${columns.join('_')}`
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 9)}_${digest(name).slice(0, 8)}`
}

function define(dialect: Dialect, name: string, column: ColumnType): string {
  const parts = [quote(name), column[dialect]]
  if (!column.isNullable) parts.push('NOT NULL')
  if (column.defaultValue !== undefined) parts.push(`DEFAULT ${defaultOf(dialect, column, column.defaultValue)}`)
  if (dialect === 'sqlite' && column.length !== undefined) parts.push(`CHECK (length(${quote(name)}) <= ${column.length})`)
  return parts.join(' ')
}

/** MySQL takes a default for long text only as an expression, SQLite adds a column only with a literal. */
const defaultOf = (dialect: Dialect, column: ColumnType, literal: string): string =>
  dialect === 'mysql' && column.mysql === jsonColumn().mysql ? `(${literal})` : literal

/**
 * MariaDB and MySQL have no index on a part of the rows: there a column of its own holds the value while the row lives.
 * MariaDB takes a CHAR in it only trimmed, because its padding depends on a mode of the session.
 */
async function createLiveKey(connection: Connection, table: string, { name, column }: { name: string; column: ColumnType }): Promise<void> {
  const live = `live_${name}`
  const index = indexName(table, [live])
  const taken = await indexNames(connection, table)
  if (connection.dialect === 'sqlite') {
    if (taken.includes(index)) return
    return connection.exec(`CREATE UNIQUE INDEX ${quote(index)} ON ${quote(table)} (${quote(name)}) WHERE tm_delete IS NULL`)
  }
  if (!(await hasColumn(connection, table, live))) {
    const value = `CASE WHEN RTRIM(tm_delete) IS NULL THEN ${column.mysql.startsWith('CHAR') ? `RTRIM(${quote(name)})` : quote(name)} END`
    await connection.exec(`ALTER TABLE ${quote(table)} ADD COLUMN ${quote(live)} ${column.mysql} GENERATED ALWAYS AS (${value}) VIRTUAL`)
  }
  if (!taken.includes(index)) await connection.exec(`CREATE UNIQUE INDEX ${quote(index)} ON ${quote(table)} (${quote(live)})`)
  const lookup = indexName(table, [name])
  if (!taken.includes(lookup)) await connection.exec(`CREATE INDEX ${quote(lookup)} ON ${quote(table)} (${quote(name)})`)
}

function counted(dialect: Dialect, { mayRecount }: TableOptions): string {
  if (dialect === 'mysql') return 'BIGINT AUTO_INCREMENT PRIMARY KEY'
  return mayRecount ? 'INTEGER PRIMARY KEY' : 'INTEGER PRIMARY KEY AUTOINCREMENT'
}

/** Byte by byte and without padding, which the two servers call by different names; "_bin" alone would ignore trailing spaces. */
async function binaryCollation(connection: Connection): Promise<string> {
  const [row] = await connection.all('SELECT version() AS version', [])
  return String(row?.['version']).includes('MariaDB') ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin'
}

const entityColumnTypes = {
  id: idColumn(),
  customer_id: idColumn(),
  tm_create: timeColumn(),
  tm_update: nullable(timeColumn()),
  tm_delete: nullable(timeColumn()),
  version: integerColumn(),
}

async function hasColumn(connection: Connection, table: string, name: string): Promise<boolean> {
  return (await describeColumns(connection, table)).some((column) => column.name === name)
}
