import { DatabaseSync } from 'node:sqlite'
import { type Connection, DatabaseUnavailable, type Engine, readerOf, type SqlValue } from './connection.ts'
import type { Checkpoints } from './sqlite-checkpoints.ts'
import { createCommits } from './sqlite-commits.ts'
import { type SqliteConnection, sqliteConnection, translateSqlite } from './sqlite-connection.ts'
import { createTurns } from './sqlite-turns.ts'
import { refuseInsideTransaction, runInsideTransaction } from './transaction-scope.ts'

export type SqliteOptions = {
  /** A file, or `:memory:`, where a read outside waits for the open transaction, because there is one session only. */
  readonly file: string
  /** FULL also survives a power cut between two commits; NORMAL survives every crash of the process. */
  readonly synchronous: 'NORMAL' | 'FULL'
  /** Copies the log into the file beside the commits; without it, some of them do. */
  readonly checkpoints?: Checkpoints | undefined
  /** Between two commits, at least: transactions of that time share one. 0: those of one turn of the event loop do. */
  readonly commitGapMs?: number | undefined
}

/** How long a statement waits, and everything with it, for an operator who writes into the file with a tool. */
const BUSY_MS = 500
/** Of a connection, used as far as it is filled: pages of indexes that are looked into again and again are not read again from the file. */
const CACHE = 'PRAGMA cache_size = -8192'
/** A log grown by one large transaction is cut back to this many octets at the next checkpoint. */
const WAL_LIMIT = 16 * 1024 * 1024
/** Pages of 4 KiB in the log at which a commit copies what is left to be copied: nobody else did. */
const OWN_COPY_PAGES = 16_000

/**
 * One file of one process. Writers take turns on one connection; readers use a second one, which in WAL mode sees the
 * last commit and never waits.
 * @throws DatabaseUnavailable where another process has the file open
 */
export function openSqlite({ file, synchronous, checkpoints, commitGapMs = 0 }: SqliteOptions): Engine {
  const isMemory = file === ':memory:'
  const lock = isMemory ? undefined : lockFile(file)
  const writerDb = openFile(
    file,
    lock,
    `${CACHE}; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA journal_size_limit = ${WAL_LIMIT}` +
      (checkpoints ? `; PRAGMA wal_autocheckpoint = ${OWN_COPY_PAGES}` : ''),
  )
  const readerDb = isMemory ? undefined : openFile(file, lock, `${CACHE}; PRAGMA query_only = ON`)
  const writer = sqliteConnection(writerDb)
  const turns = createTurns()
  let isClosing = false
  let committedAt = Number.NEGATIVE_INFINITY
  const later = (callback: () => void) => {
    const waitMs = committedAt + commitGapMs - performance.now()
    if (waitMs > 0) setTimeout(callback, waitMs)
    else setImmediate(callback)
  }
  const commits = createCommits({
    writer,
    isOpen: () => writerDb.isTransaction,
    turns,
    // In memory a commit costs nothing that could be shared.
    later: isMemory ? undefined : later,
    onCommit() {
      committedAt = performance.now()
      if (!isClosing) checkpoints?.committed(file, takeAlone)
    },
  })

  async function inTransaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    refuseInsideTransaction()
    return commits.inTransaction((connection) => runInsideTransaction(() => work(connection)))
  }

  async function takeAlone(): Promise<() => void> {
    const release = await turns.take('alone')
    commits.flush()
    return release
  }

  async function withSession<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    refuseInsideTransaction()
    const release = await takeAlone()
    try {
      return await work(writer)
    } finally {
      writer.forgetStatements()
      release()
    }
  }

  return {
    dialect: 'sqlite',
    reader: readerOf('sqlite', readerDb ? sqliteConnection(readerDb).all : takingTurns(writer, takeAlone)),
    inTransaction,
    withSession,
    pool: () => ({ used: turns.isTaken() ? 1 : 0, open: readerDb ? 2 : 1, waiting: turns.waiting() }),
    async close() {
      isClosing = true
      await checkpoints?.release(file)
      const release = await takeAlone()
      for (const db of [readerDb, writerDb, lock]) if (db?.isOpen) db.close()
      release()
    },
  }
}

function openFile(file: string, lock: DatabaseSync | undefined, pragmas: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file)
    // Text compares alike on both databases, LIKE included.
    db.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA case_sensitive_like = ON; ${pragmas}`)
    return db
  } catch (error) {
    db?.close()
    lock?.close()
    throw translateSqlite(error, `opening "${file}"`)
  }
}

/**
 * The kernel takes a file for its own: who else had it open would run the same jobs and relay the same events. The lock
 * goes with the process, however it ends.
 */
function lockFile(file: string): DatabaseSync {
  const lock = openFile(`${file}.lock`, undefined, 'PRAGMA busy_timeout = 0')
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    throw new DatabaseUnavailable(`Cannot open "${file}": another process has it open`, { cause: error })
  }
}

/** An in-memory database has one session, so a read outside waits for the transaction that is open. */
function takingTurns(writer: SqliteConnection, takeAlone: () => Promise<() => void>): Connection['all'] {
  return async (text: string, parameters: readonly SqlValue[]) => {
    const release = await takeAlone()
    try {
      return writer.all(text, parameters)
    } finally {
      release()
    }
  }
}
