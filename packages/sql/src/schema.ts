import type { Connection, Dialect } from './connection.ts'

/**
 * A column type with one meaning on both databases. Ids and times are ASCII text; other text is UTF-8 compared byte
 * by byte, as SQLite does.
 */
export type ColumnType = {
  readonly sqlite: string
  readonly mysql: string
  readonly isNullable: boolean
  readonly defaultValue: string | undefined
}

const type = (sqlite: string, mysql: string): ColumnType => ({ sqlite, mysql, isNullable: false, defaultValue: undefined })

export const idColumn = () => type('TEXT', 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin')
export const timeColumn = () => type('TEXT', 'CHAR(27) CHARACTER SET ascii COLLATE ascii_bin')
/** Text of at most `length` characters; past 1024 it leaves the row, whose size is limited to 64 KB. */
export const textColumn = (length: number) => type('TEXT', length <= 1024 ? `VARCHAR(${length})` : 'MEDIUMTEXT')
/** Keys and hashes made of ASCII, so that an index on them stays small. */
export const asciiColumn = (length: number) => type('TEXT', `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`)
export const jsonColumn = () => type('TEXT', 'MEDIUMTEXT')
export const integerColumn = () => type('INTEGER', 'BIGINT')
export const numberColumn = () => type('REAL', 'DOUBLE')
export const booleanColumn = () => type('INTEGER', 'TINYINT')

export const nullable = (column: ColumnType): ColumnType => ({ ...column, isNullable: true })
/** `value` is an SQL literal: `0`, `''`. MySQL refuses defaults on long text. */
export const withDefault = (column: ColumnType, value: string): ColumnType => ({ ...column, defaultValue: value })

export type ColumnTypes = Readonly<Record<string, ColumnType>>
export type TableOptions = {
  readonly primaryKey: readonly string[]
  /** The primary key is one integer that the database counts up. */
  readonly isCounted?: boolean
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
  /** Data moves and what the rest cannot say; must be safe to run again. */
  run(statement: { readonly sqlite: string; readonly mysql: string }): Promise<void>
}

export type Migration = (schema: Schema) => Promise<void>

export function createSchema(connection: Connection): Schema {
  const { dialect } = connection
  const define = (name: string, column: ColumnType) =>
    `${name} ${column[dialect]}${column.isNullable ? '' : ' NOT NULL'}${column.defaultValue === undefined ? '' : ` DEFAULT ${column.defaultValue}`}`
  const suffix = dialect === 'mysql' ? ' ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin' : ''

  async function createTable(table: string, columns: ColumnTypes, options: TableOptions): Promise<void> {
    const lines = Object.entries(columns).map(([name, column]) => define(name, column))
    if (options.isCounted) {
      const counted = dialect === 'mysql' ? 'BIGINT AUTO_INCREMENT PRIMARY KEY' : 'INTEGER PRIMARY KEY AUTOINCREMENT'
      lines.unshift(`${options.primaryKey[0]} ${counted}`)
    } else lines.push(`PRIMARY KEY (${options.primaryKey.join(', ')})`)
    const clustered = dialect === 'sqlite' && options.isClustered ? ' WITHOUT ROWID' : suffix
    await connection.exec(`CREATE TABLE IF NOT EXISTS ${table} (${lines.join(', ')})${clustered}`)
  }

  async function createIndex(table: string, columns: readonly string[], options: { unique?: boolean } = {}): Promise<void> {
    const name = `${table}_${columns.join('_')}`.slice(0, 64)
    if (await hasIndex(connection, table, name)) return
    await connection.exec(`CREATE ${options.unique ? 'UNIQUE ' : ''}INDEX ${name} ON ${table} (${columns.join(', ')})`)
  }

  return {
    dialect,
    createTable,
    createIndex,
    async createEntityTable(table, columns) {
      const { id, customer_id, ...times } = entityColumnTypes
      await createTable(table, { id, customer_id, ...columns, ...times }, { primaryKey: ['id'] })
      await createIndex(table, ['customer_id', 'tm_delete', 'tm_create', 'id'])
    },
    async addColumn(table, name, column) {
      if ((await columnNames(connection, table)).includes(name)) return
      await connection.exec(`ALTER TABLE ${table} ADD COLUMN ${define(name, column)}`)
    },
    async dropColumn(table, name) {
      if (!(await columnNames(connection, table)).includes(name)) return
      await connection.exec(`ALTER TABLE ${table} DROP COLUMN ${name}`)
    },
    run: async (statement) => connection.exec(statement[dialect]),
  }
}

const entityColumnTypes = {
  id: idColumn(),
  customer_id: idColumn(),
  tm_create: timeColumn(),
  tm_update: nullable(timeColumn()),
  tm_delete: nullable(timeColumn()),
  version: integerColumn(),
}

/** Names of a table's columns; empty where there is no such table. */
export async function columnNames(connection: Connection, table: string): Promise<string[]> {
  const text =
    connection.dialect === 'mysql'
      ? 'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position'
      : 'SELECT name FROM pragma_table_info(?)'
  return (await connection.all(text, [table])).map((row) => String(row['name']))
}

async function hasIndex(connection: Connection, table: string, name: string): Promise<boolean> {
  const text =
    connection.dialect === 'mysql'
      ? 'SELECT 1 AS found FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ? LIMIT 1'
      : 'SELECT 1 AS found FROM pragma_index_list(?) WHERE name = ?'
  return (await connection.all(text, [table, name])).length > 0
}
