import mysql, { type Pool, type PoolConnection } from 'mysql2'
import { type Connection, DatabaseUnavailable, type Engine, readerOf, type SqlValue, WriteConflict } from './connection.ts'
import { mysqlConnection } from './mysql-connection.ts'
import { refuseInsideTransaction, runInsideTransaction } from './transaction-scope.ts'

export type MysqlOptions = {
  /** `mysql://user:password@host:port/database` */
  readonly url: string
  /** Connections a service may hold. */
  readonly poolSize: number
  /** A statement without an answer for this long ends its connection. Default 15 s: three lock waits and some. */
  readonly statementTimeoutMs?: number
}

const STATEMENT_TIMEOUT_MS = 15_000
const CLOSE_TIMEOUT_MS = 10_000

const SESSION = [
  // The outbox is read without locks, and the gap locks of REPEATABLE READ would block its inserts.
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  // One meaning with SQLite: "x" is a name, || joins, a backslash is a backslash, what does not fit is refused.
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'",
  "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 5",
]

type Session = {
  readonly connection: Connection
  /** Opened for this use, so it cannot be one that died in the pool. */
  readonly isFresh: boolean
  release(): void
  destroy(): void
}

/** MySQL 8 or MariaDB 10.6+, shared with the other replicas and services. */
export function openMysql({ url, poolSize, statementTimeoutMs = STATEMENT_TIMEOUT_MS }: MysqlOptions): Engine {
  const sessions = createSessions(openPool(url, poolSize))

  /** The first statement on a pooled connection may find it dead: nothing has happened yet, so another is tried. */
  async function begin<T>(first: (connection: Connection) => Promise<T>): Promise<{ session: Session; value: T }> {
    for (let attempt = 0; ; attempt++) {
      const session = await sessions.take(statementTimeoutMs)
      try {
        return { session, value: await first(session.connection) }
      } catch (error) {
        const isLost = error instanceof DatabaseUnavailable
        if (isLost) session.destroy()
        else session.release()
        if (!isLost || session.isFresh || attempt >= poolSize) throw error
      }
    }
  }

  async function inTransaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    refuseInsideTransaction()
    const { session } = await begin(async (connection) => connection.exec('START TRANSACTION'))
    let result: T
    try {
      result = await runInsideTransaction(() => work(session.connection))
    } catch (error) {
      await rollBack(session)
      throw error
    }
    await commit(session)
    return result
  }

  async function withSession<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    refuseInsideTransaction()
    const session = await sessions.take(0)
    try {
      return await work(session.connection)
    } finally {
      session.destroy() // it may hold a lock by name, and what it prepared is of no further use
    }
  }

  return {
    dialect: 'mysql',
    reader: readerOf('mysql', async (text, parameters: readonly SqlValue[]) => {
      const { session, value } = await begin(async (connection) => connection.all(text, parameters))
      session.release()
      return value
    }),
    inTransaction,
    withSession,
    pool: sessions.state,
    close: sessions.close,
  }
}

/** A session that cannot even roll back is of no use to others; what made it roll back is what the caller hears. */
async function rollBack(session: Session): Promise<void> {
  try {
    await session.connection.exec('ROLLBACK')
    session.release()
  } catch {
    session.destroy()
  }
}

/** @throws WriteConflict where the server rolled back for certain; DatabaseUnavailable where nobody knows */
async function commit(session: Session): Promise<void> {
  try {
    await session.connection.exec('COMMIT')
    session.release()
  } catch (error) {
    session.destroy()
    if (error instanceof WriteConflict) throw error
    throw new DatabaseUnavailable('Lost the database in COMMIT: its outcome is not known', { cause: error })
  }
}

function openPool(url: string, poolSize: number): Pool {
  const pool = mysql.createPool({
    uri: url,
    connectionLimit: poolSize,
    maxIdle: poolSize,
    connectTimeout: 5000,
    enableKeepAlive: true,
    keepAliveInitialDelay: 10_000,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    decimalNumbers: true, // SUM and AVG are numbers, as on SQLite
    maxPreparedStatements: 100, // a connection; the server's max_prepared_stmt_count is for all services together
  })
  // A connection that dies idle reports it to nobody; the pool drops it, the next user opens another.
  pool.on('connection', (connection) => connection.on('error', () => undefined))
  return pool
}

function createSessions(pool: Pool) {
  const ready = new WeakSet<PoolConnection>()
  const open = new Set<PoolConnection>()
  let used = 0
  let waiting = 0
  let whenIdle: (() => void) | undefined

  const leave = () => {
    used--
    if (used === 0) whenIdle?.()
  }

  async function take(timeoutMs: number): Promise<Session> {
    waiting++
    const raw = await connect(pool).finally(() => waiting--)
    used++
    open.add(raw)
    const connection = mysqlConnection(raw, timeoutMs)
    const isFresh = !ready.has(raw)
    const session: Session = {
      connection,
      isFresh,
      release() {
        raw.release()
        leave()
      },
      destroy() {
        raw.destroy()
        open.delete(raw)
        leave()
      },
    }
    if (isFresh) {
      raw.once('end', () => open.delete(raw))
      await setUp(session)
      ready.add(raw)
    }
    return session
  }

  return {
    take,
    state: () => ({ used, open: open.size, waiting }),
    /** Waits for what is under way, so that no transaction is cut in two. */
    async close(): Promise<void> {
      if (used > 0) {
        const idle = new Promise<void>((resolve) => {
          whenIdle = resolve
        })
        await Promise.race([idle, new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref())])
      }
      await new Promise<void>((resolve) => pool.end(() => resolve()))
    },
  }
}

async function setUp(session: Session): Promise<void> {
  try {
    for (const statement of SESSION) await session.connection.exec(statement)
  } catch (error) {
    session.destroy()
    throw error
  }
}

function connect(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => {
      if (error) reject(new DatabaseUnavailable(`Cannot connect to the database: ${error.code ?? error.message}`, { cause: error }))
      else resolve(connection)
    })
  })
}
