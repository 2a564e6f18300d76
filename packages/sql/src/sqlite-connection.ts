import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { DatabaseUnavailable, DuplicateKey, type Row, type SqlValue } from './connection.ts'

/** SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE and _ROWID. */
const UNIQUE_ERRORS = new Set([1555, 2067, 2579])
/** SQLITE_BUSY, LOCKED, NOMEM, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: nothing that the statement could help. */
const AWAY = new Set([5, 6, 7, 10, 11, 13, 14, 26])
/** Prepared statements kept. Past that the oldest goes: preparing one anew takes some 10 µs. */
const KEPT_STATEMENTS = 300

type Prepared = { readonly statement: StatementSync; readonly names: readonly string[] }

/** A `Connection` that answers at once. */
export type SqliteConnection = {
  readonly dialect: 'sqlite'
  all(text: string, parameters: readonly SqlValue[]): Row[]
  run(text: string, parameters: readonly SqlValue[]): number
  exec(text: string): void
  /** After DDL: what is prepared may have other columns now. */
  forgetStatements(): void
}

export function sqliteConnection(db: DatabaseSync): SqliteConnection {
  const kept = new Map<string, Prepared>()
  const prepare = (text: string): Prepared => {
    const found = kept.get(text)
    if (found) return found
    const [oldest] = kept.keys()
    if (kept.size >= KEPT_STATEMENTS && oldest !== undefined) kept.delete(oldest)
    const statement = db.prepare(text)
    statement.setReturnArrays(true)
    const prepared = { statement, names: statement.columns().map(({ name }) => name) }
    kept.set(text, prepared)
    return prepared
  }
  const guard = <T>(text: string, work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw translateSqlite(error, text)
    }
  }
  return {
    dialect: 'sqlite',
    all: (text, parameters) =>
      guard(text, () => {
        const { statement, names } = prepare(text)
        // Twice as fast as letting SQLite make the objects, and they share one shape.
        const rows = statement.all(...parameters) as unknown as unknown[][]
        return rows.map((values) => rowOf(names, values))
      }),
    run: (text, parameters) => guard(text, () => Number(prepare(text).statement.run(...parameters).changes)),
    exec: (text) => guard(text, () => db.exec(text)),
    forgetStatements: () => kept.clear(),
  }
}

function rowOf(names: readonly string[], values: readonly unknown[]): Row {
  const row: Row = {}
  for (let index = 0; index < names.length; index++) row[names[index] as string] = values[index]
  return row
}

export function translateSqlite(error: unknown, text: string): unknown {
  const { errcode, code } = error as { errcode?: number; code?: string }
  const where = text.slice(0, 60)
  if (errcode !== undefined && UNIQUE_ERRORS.has(errcode)) return new DuplicateKey(`Duplicate key in ${where}`, { cause: error })
  // The low byte of an extended code is the code itself. ERR_INVALID_STATE: closed while work was under way.
  if ((errcode !== undefined && AWAY.has(errcode & 0xff)) || code === 'ERR_INVALID_STATE') {
    return new DatabaseUnavailable(`Lost the database in ${where}`, { cause: error })
  }
  return error
}
