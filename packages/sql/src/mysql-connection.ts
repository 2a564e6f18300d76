import mysql, { type PoolConnection, type QueryError, type ResultSetHeader } from 'mysql2'
import { type Connection, DatabaseUnavailable, DuplicateKey, type Row, type SqlValue, WriteConflict } from './connection.ts'

const CONFLICTS = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'ER_CHECKREAD'])
/** What the server or the socket says while it is down, restarting, full, read-only, or out of connections. */
const AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT', 'ER_SERVER_SHUTDOWN', 'ER_NORMAL_SHUTDOWN', 'ER_CONNECTION_KILLED'],
  ...[
    'ER_QUERY_INTERRUPTED',
    'ER_CON_COUNT_ERROR',
    'ER_TOO_MANY_USER_CONNECTIONS',
    'ER_OUT_OF_RESOURCES',
    'ER_MAX_PREPARED_STMT_COUNT_REACHED',
  ],
  ...[
    'ER_OPTION_PREVENTS_STATEMENT',
    'ER_READ_ONLY_MODE',
    'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
    'ER_DISK_FULL',
    'ER_RECORD_FILE_FULL',
  ],
  'ER_UNKNOWN_COM_ERROR', // a Galera node that is not in the cluster
])

/**
 * Statements of one session. `timeoutMs` is how long one may take before the server is taken for gone; 0 is without end.
 * Once it is gone, every later statement fails at once: they would queue behind the one that hangs.
 */
export function mysqlConnection(raw: PoolConnection, timeoutMs: number): Connection {
  const limit = timeoutMs === 0 ? {} : { timeout: timeoutMs }
  let lost: DatabaseUnavailable | undefined

  function send<T>(text: string, start: (done: (error: QueryError | null, result: T) => void) => void): Promise<T> {
    if (lost) return Promise.reject(lost)
    return new Promise((resolve, reject) => {
      start((error, result) => {
        if (!error) return resolve(result)
        const translated = translateMysql(error, text)
        if (translated instanceof DatabaseUnavailable) lost = translated
        reject(translated)
      })
    })
  }
  const execute = (text: string, parameters: readonly SqlValue[]) =>
    send<unknown>(text, (done) => raw.execute({ sql: text, values: parameters.map(typed), ...limit }, done))

  return {
    dialect: 'mysql',
    async all(text, parameters) {
      const rows = await execute(text, parameters)
      return Array.isArray(rows) ? (rows as Row[]) : []
    },
    run: async (text, parameters) => ((await execute(text, parameters)) as Partial<ResultSetHeader>).affectedRows ?? 0,
    async exec(text) {
      await send<unknown>(text, (done) => raw.query({ sql: text, ...limit }, done))
    },
  }
}

/** The driver would send every number as a double, which neither LIMIT nor a BIGINT past 2^53 takes. */
const typed = (value: SqlValue) => (typeof value === 'bigint' || Number.isSafeInteger(value) ? mysql.TypedParameter.LONGLONG(value) : value)

export function translateMysql(error: QueryError, text: string): unknown {
  const { code, fatal } = error
  const where = text.slice(0, 60)
  if (code === 'ER_DUP_ENTRY') return new DuplicateKey(`Duplicate key in ${where}`, { cause: error })
  if (CONFLICTS.has(code)) return new WriteConflict(`Lost a lock in ${where}`, { cause: error })
  if (fatal || AWAY.has(code)) return new DatabaseUnavailable(`Lost the database in ${where}`, { cause: error })
  return error
}
