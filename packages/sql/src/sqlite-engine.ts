import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { type Connection, DuplicateKey, type Engine, type Row, type SqlValue } from './connection.ts'

export type SqliteOptions = {
  /** A file, or `:memory:`, where reads share the writer's session and see its open transaction's turn only. */
  readonly file: string
  /** FULL also survives a power cut between two commits; NORMAL survives every crash of the process. */
  readonly synchronous: 'NORMAL' | 'FULL'
}

/** SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE. */
const UNIQUE_ERRORS = new Set([1555, 2067])

/**
 * One file of one process. Writers take turns on one connection; readers use a second one, which in WAL mode sees the
 * last commit and never waits.
 */
export function openSqlite({ file, synchronous }: SqliteOptions): Engine {
  const isMemory = file === ':memory:'
  const writer = new DatabaseSync(file)
  writer.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON`)
  const readerDb = isMemory ? writer : new DatabaseSync(file)
  if (!isMemory) readerDb.exec('PRAGMA busy_timeout = 5000; PRAGMA query_only = ON')
  const writing = sqliteConnection(writer)
  const turns = createTurns()
  const plainReader = isMemory ? writing : sqliteConnection(readerDb)

  async function inTransaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const release = await turns.take()
    try {
      writing.exec('BEGIN IMMEDIATE')
      const result = await work(writing)
      writing.exec('COMMIT')
      return result
    } catch (error) {
      if (writer.isTransaction) writing.exec('ROLLBACK')
      throw error
    } finally {
      release()
    }
  }

  async function withSession<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const release = await turns.take()
    try {
      return await work(writing)
    } finally {
      release()
    }
  }

  return {
    dialect: 'sqlite',
    reader: isMemory ? takingTurns(plainReader, turns) : plainReader,
    inTransaction,
    withSession,
    pool: () => ({ used: turns.isTaken() ? 1 : 0, open: isMemory ? 1 : 2, waiting: turns.waiting() }),
    async close() {
      const release = await turns.take()
      if (!isMemory) readerDb.close()
      writer.close()
      release()
    },
  }
}

function sqliteConnection(db: DatabaseSync): Connection {
  const statements = new Map<string, StatementSync>()
  const prepare = (text: string): StatementSync => {
    let statement = statements.get(text)
    if (!statement) {
      statement = db.prepare(text)
      statements.set(text, statement)
    }
    return statement
  }
  return {
    dialect: 'sqlite',
    all: (text, parameters) => prepare(text).all(...parameters) as Record<string, SQLOutputValue>[] as Row[],
    run(text, parameters) {
      try {
        return Number(prepare(text).run(...parameters).changes)
      } catch (error) {
        throw translate(error, text)
      }
    },
    exec: (text) => db.exec(text),
  }
}

function translate(error: unknown, text: string): unknown {
  const code = (error as { errcode?: number }).errcode
  if (code !== undefined && UNIQUE_ERRORS.has(code)) return new DuplicateKey(`Duplicate key in ${text.slice(0, 60)}`, { cause: error })
  return error
}

/** An in-memory database has one session, so a read outside waits for the transaction that is open. */
function takingTurns(connection: Connection, turns: Turns): Connection {
  return {
    dialect: 'sqlite',
    run: () => {
      throw new TypeError('A reader may not write')
    },
    exec: connection.exec,
    async all(text: string, parameters: readonly SqlValue[]) {
      const release = await turns.take()
      try {
        return connection.all(text, parameters)
      } finally {
        release()
      }
    },
  }
}

type Turns = { take(): Promise<() => void>; isTaken(): boolean; waiting(): number }

/** First come, first served. */
function createTurns(): Turns {
  const queue: (() => void)[] = []
  let taken = false
  const release = () => {
    const next = queue.shift()
    if (next) next()
    else taken = false
  }
  return {
    async take() {
      if (taken) await new Promise<void>((resolve) => queue.push(resolve))
      else taken = true
      return release
    },
    isTaken: () => taken,
    waiting: () => queue.length,
  }
}
