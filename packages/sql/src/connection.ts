import { refuseInsideTransaction } from './transaction-scope.ts'

export type Dialect = 'sqlite' | 'mysql'
export type SqlValue = string | number | bigint | null | Uint8Array
export type Row = Record<string, unknown>

/**
 * One session with the database. SQLite answers at once and MySQL later; callers `await` both. Statements are prepared
 * once a text and kept, so texts must come from a bounded set: values are always parameters.
 */
export type Connection = {
  readonly dialect: Dialect
  all(text: string, parameters: readonly SqlValue[]): Row[] | Promise<Row[]>
  /** @returns rows matched, also where nothing changed */
  run(text: string, parameters: readonly SqlValue[]): number | Promise<number>
  /** Text without parameters: DDL, BEGIN, PRAGMA. */
  exec(text: string): void | Promise<void>
}

/** What an opened database offers the rest of this package. */
export type Engine = {
  readonly dialect: Dialect
  /** Reads outside a transaction: each statement sees what is committed. */
  readonly reader: Connection
  /** Runs `work` on a session of its own between BEGIN and COMMIT; rolls back when it throws. */
  inTransaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** A session of its own without a transaction, for migrations. */
  withSession<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** Connections in use, open and waited for. */
  pool(): { used: number; open: number; waiting: number }
  close(): Promise<void>
}

const READING = /^\s*(select|with|explain)\b/i

/** Reads outside transactions; refused inside one, where they would wait for it or see its past. */
export function readerOf(dialect: Dialect, all: Connection['all']): Connection {
  const refuse = (): never => {
    throw new TypeError('A reader may not write')
  }
  return {
    dialect,
    run: refuse,
    exec: refuse,
    all(text, parameters) {
      refuseInsideTransaction()
      if (!READING.test(text)) refuse()
      return all(text, parameters)
    },
  }
}

/** The write did not fit what is stored: a missed compare-and-set, a deadlock. The transaction may run again. */
export class WriteConflict extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'WriteConflict'
  }
}

/** A unique key exists already. */
export class DuplicateKey extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'DuplicateKey'
  }
}

/** The database is away, full or refusing connections; the outcome of the last COMMIT may be unknown. */
export class DatabaseUnavailable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'DatabaseUnavailable'
  }
}
