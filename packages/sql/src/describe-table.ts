import type { Connection, Row } from './connection.ts'

export type Column = {
  readonly name: string
  readonly kind: 'text' | 'integer' | 'number' | 'other'
  readonly isNullable: boolean
  /** Also where the database counts. */
  readonly hasDefault: boolean
  /** Characters that fit; undefined where that is more than any row has. */
  readonly length: number | undefined
}

const kinds: Readonly<Record<string, Column['kind']>> = {
  ...{ TEXT: 'text', INTEGER: 'integer', REAL: 'number' },
  ...{ char: 'text', varchar: 'text', mediumtext: 'text', bigint: 'integer', tinyint: 'integer', double: 'number' },
}

/** A table's columns in their order; empty where there is no such table. */
export async function describeColumns(connection: Connection, table: string): Promise<Column[]> {
  return connection.dialect === 'mysql' ? describeMysql(connection, table) : describeSqlite(connection, table)
}

async function describeMysql(connection: Connection, table: string): Promise<Column[]> {
  const fields =
    'column_name AS name, data_type AS type, is_nullable AS nullable, column_default AS preset, extra AS extra, character_maximum_length AS length'
  const rows = await connection.all(
    `SELECT ${fields} FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`,
    [table],
  )
  return rows.map((row) => ({
    name: String(row['name']),
    kind: kinds[String(row['type'])] ?? 'other',
    isNullable: row['nullable'] === 'YES',
    hasDefault: row['preset'] !== null || String(row['extra']).includes('auto_increment'),
    length: row['type'] === 'mediumtext' || row['length'] === null ? undefined : Number(row['length']),
  }))
}

async function describeSqlite(connection: Connection, table: string): Promise<Column[]> {
  const rows = await connection.all('SELECT name, type, "notnull" AS required, dflt_value AS preset, pk FROM pragma_table_info(?)', [table])
  const [created] = await connection.all("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", [table])
  return rows.map((row) => ({
    name: String(row['name']),
    kind: kinds[String(row['type'])] ?? 'other',
    isNullable: row['required'] === 0 && row['pk'] === 0,
    hasDefault: row['preset'] !== null || (row['type'] === 'INTEGER' && row['pk'] === 1),
    length: checkedLength(created, String(row['name'])),
  }))
}

/** SQLite's types have no length; the schema writes it as a check. */
function checkedLength(created: Row | undefined, name: string): number | undefined {
  const [, length] = String(created?.['sql']).match(new RegExp(`length\\("${name}"\\) <= (\\d+)`)) ?? []
  return length === undefined ? undefined : Number(length)
}

export async function indexNames(connection: Connection, table: string): Promise<string[]> {
  const text =
    connection.dialect === 'mysql'
      ? 'SELECT DISTINCT index_name AS name FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ?'
      : 'SELECT name FROM pragma_index_list(?)'
  return (await connection.all(text, [table])).map((row: Row) => String(row['name']))
}
