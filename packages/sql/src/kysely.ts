import { createRequire } from 'node:module'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, Kysely, QueryResult } from 'kysely'
import type { Connection, SqlValue } from './connection.ts'
import type { AnyTables } from './tx.ts'

/** Its 300 files take 0.1 s and 11 MB, which only services that build queries should pay: `db` must answer at once, so it is not awaited. */
const loadKysely = () => createRequire(import.meta.url)('kysely') as typeof import('kysely')

const builders = new WeakMap<Connection, Kysely<AnyTables>>()

/** A query builder whose statements run on this very session, so that they belong to its transaction. */
export function openKysely(connection: Connection): Kysely<AnyTables> {
  let builder = builders.get(connection)
  if (!builder) {
    const library = loadKysely()
    builder = new library.Kysely<AnyTables>({ dialect: dialectOn(connection, library) })
    builders.set(connection, builder)
  }
  return builder
}

function dialectOn(connection: Connection, library: typeof import('kysely')): Dialect {
  const isMysql = connection.dialect === 'mysql'
  return {
    createAdapter: () => (isMysql ? new library.MysqlAdapter() : new library.SqliteAdapter()),
    createDriver: () => driverOn(connection),
    createIntrospector: (db) => (isMysql ? new library.MysqlIntrospector(db) : new library.SqliteIntrospector(db)),
    createQueryCompiler: () => (isMysql ? new library.MysqlQueryCompiler() : new library.SqliteQueryCompiler()),
  }
}

function driverOn(connection: Connection): Driver {
  const refuse = () => Promise.reject(new TypeError('Transactions are opened by the kernel, never by a query builder'))
  const session: DatabaseConnection = {
    executeQuery: <R>(query: CompiledQuery) => execute<R>(connection, query),
    // biome-ignore lint/correctness/useYield: the interface wants a generator; rows of a service are read in pages
    async *streamQuery() {
      throw new TypeError('Streaming is not offered: read in pages')
    },
  }
  return {
    init: async () => undefined,
    acquireConnection: async () => session,
    releaseConnection: async () => undefined,
    destroy: async () => undefined,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
  }
}

async function execute<R>(connection: Connection, query: CompiledQuery): Promise<QueryResult<R>> {
  const parameters = query.parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value)) as SqlValue[]
  if (query.query.kind === 'SelectQueryNode' || query.query.kind === 'RawNode') {
    return { rows: (await connection.all(query.sql, parameters)) as R[] }
  }
  return { rows: [], numAffectedRows: BigInt(await connection.run(query.sql, parameters)) }
}
