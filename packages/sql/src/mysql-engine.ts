import { createPool, type Pool, type PoolConnection, type ResultSetHeader } from 'mysql2/promise'
import { type Connection, DatabaseUnavailable, DuplicateKey, type Engine, type Row, type SqlValue, WriteConflict } from './connection.ts'

export type MysqlOptions = {
  /** `mysql://user:password@host:port/database` */
  readonly url: string
  /** Connections a service may hold. */
  readonly poolSize: number
}

const DUPLICATE = new Set(['ER_DUP_ENTRY'])
const CONFLICTS = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD'])
/** What the server or the socket says while it is down, restarting or out of connections. */
const AWAY = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH',
  'PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT', 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR', 'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'ER_SERVER_SHUTDOWN', 'ER_CON_COUNT_ERROR', 'ER_CONNECTION_KILLED', 'ER_QUERY_INTERRUPTED', 'ER_NORMAL_SHUTDOWN',
])

/** MySQL 8 or MariaDB 10.6+, shared with the other replicas and services. */
export function openMysql({ url, poolSize }: MysqlOptions): Engine {
  const pool = createPool({
    uri: url,
    connectionLimit: poolSize,
    maxIdle: poolSize,
    connectTimeout: 5000,
    enableKeepAlive: true,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    maxPreparedStatements: 500,
  })
  pool.on('connection', (connection) => {
    // READ COMMITTED: the outbox is read without locks, and gap locks would block its inserts. Binary collation: as SQLite compares.
    connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
    connection.query("SET SESSION time_zone='+00:00', sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'")
    connection.on('error', () => undefined) // a dead idle connection: the pool drops it, the next user opens another
  })
  let used = 0
  let waiting = 0

  async function withSession<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    waiting++
    const raw = await connect(pool).finally(() => waiting--)
    used++
    try {
      const result = await work(mysqlConnection(raw))
      raw.release()
      return result
    } catch (error) {
      // After a failure nobody knows what state the session is in: a dead connection goes back only to be thrown away.
      if (error instanceof DatabaseUnavailable) raw.destroy()
      else raw.release()
      throw error
    } finally {
      used--
    }
  }

  const inTransaction = <T>(work: (connection: Connection) => Promise<T>): Promise<T> =>
    withSession(async (connection) => {
      await connection.exec('START TRANSACTION')
      try {
        const result = await work(connection)
        await connection.exec('COMMIT')
        return result
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) await connection.exec('ROLLBACK')
        throw error
      }
    })

  return {
    dialect: 'mysql',
    reader: {
      dialect: 'mysql',
      all: (text, parameters) => withSession(async (connection) => connection.all(text, parameters)),
      run: () => Promise.reject(new TypeError('A reader may not write')),
      exec: () => Promise.reject(new TypeError('A reader may not write')),
    },
    inTransaction,
    withSession,
    pool: () => ({ used, open: poolSize, waiting }),
    close: () => pool.end(),
  }
}

async function connect(pool: Pool): Promise<PoolConnection> {
  try {
    return await pool.getConnection()
  } catch (error) {
    throw new DatabaseUnavailable('Cannot connect to the database', { cause: error })
  }
}

function mysqlConnection(raw: PoolConnection): Connection {
  const guard = async <T>(work: Promise<T>, text: string): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw translate(error, text)
    }
  }
  return {
    dialect: 'mysql',
    async all(text, parameters) {
      const [rows] = await guard(raw.execute(text, parameters as SqlValue[]), text)
      return rows as Row[]
    },
    async run(text, parameters) {
      const [header] = await guard(raw.execute(text, parameters as SqlValue[]), text)
      return (header as ResultSetHeader).affectedRows
    },
    async exec(text) {
      await guard(raw.query(text), text)
    },
  }
}

function translate(error: unknown, text: string): unknown {
  const { code, fatal } = error as { code?: string; fatal?: boolean }
  const where = text.slice(0, 60)
  if (code && DUPLICATE.has(code)) return new DuplicateKey(`Duplicate key in ${where}`, { cause: error })
  if (code && CONFLICTS.has(code)) return new WriteConflict(`Lost a lock in ${where}`, { cause: error })
  if (fatal || (code && AWAY.has(code))) return new DatabaseUnavailable(`Lost the database in ${where}`, { cause: error })
  return error
}
