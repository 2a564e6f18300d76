import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection, Engine } from './connection.ts'
import { createInbox, type Inbox } from './kernel/inbox.ts'
import { createJobs, type Jobs } from './kernel/jobs.ts'
import { createInstances, createLeases, type Instances, type Leases } from './kernel/membership.ts'
import { createOperations, type Operations } from './kernel/operations.ts'
import { createOutbox, type Outbox } from './kernel/outbox.ts'
import { openKysely } from './kysely.ts'
import { migrate } from './migrate.ts'
import type { Checkpoints } from './sqlite-checkpoints.ts'
import { runTransaction } from './transaction.ts'
import type { Committed, JobHands, Origin, Read, Source, Tx } from './tx.ts'

export type DatabaseOptions = {
  readonly service: string
  readonly source: Source
  /** Folder of the service's migrations. */
  readonly migrations: string
  readonly onCommit: (committed: Committed) => void
  /** Where jobs are run. Default: nowhere here, so that all of them wait to be found. */
  readonly hands?: JobHands
}

const noHands: JobHands = { reserve: () => undefined }

/** A service's own data: its tables and those that the kernel keeps beside them. */
export type Database = {
  readonly engine: Engine
  readonly outbox: Outbox
  readonly inbox: Inbox
  readonly jobs: Jobs
  readonly operations: Operations
  readonly instances: Instances
  readonly leases: Leases
  /** True where nobody else can have this database open: membership and leases need no look. */
  readonly isExclusive: boolean
  migrate(): Promise<void>
  /** Reads, each statement for itself. */
  read(): Read
  /**
   * Runs `work` and commits its writes, events, requests and jobs together. Runs again after a conflict, 3 times at most.
   * @throws ServiceError CONFLICT when it lost each time; what `work` throws; DatabaseUnavailable
   */
  transaction<T>(origin: Origin, work: (tx: Tx) => Promise<T>): Promise<T>
  /** @returns milliseconds of one round trip; @throws DatabaseUnavailable */
  ping(): Promise<number>
  close(): Promise<void>
}

export function openDatabase(engine: Engine, options: DatabaseOptions): Database {
  const { service, source, onCommit, hands = noHands } = options
  const kernel = {
    outbox: createOutbox(service),
    inbox: createInbox(service),
    jobs: createJobs(service),
    operations: createOperations(service),
    instances: createInstances(service),
    leases: createLeases(service),
  }
  return {
    engine,
    ...kernel,
    isExclusive: engine.dialect === 'sqlite',
    migrate: () => migrate(engine, { service, folder: options.migrations, now: source.now }),
    read: () => new Reading(engine.reader, source.now),
    transaction: (origin, work) => runTransaction({ engine, source, ...kernel, onCommit, hands }, origin, work),
    async ping() {
      const start = performance.now()
      await engine.reader.all('SELECT 1 AS one', [])
      return performance.now() - start
    },
    close: () => engine.close(),
  }
}

/** A class, because one is made for every query: accessors on its prototype cost nothing each time. */
class Reading implements Read {
  readonly connection: Connection
  readonly isLocking = false
  readonly #clock: () => string
  #now: string | undefined

  constructor(connection: Connection, clock: () => string) {
    this.connection = connection
    this.#clock = clock
  }

  /** Few reads ask for the time, and writing it out is not free. */
  get now(): string {
    this.#now ??= this.#clock()
    return this.#now
  }

  get db(): Read['db'] {
    return openKysely(this.connection)
  }
}

export type EngineOptions = {
  /** `sqlite:` (a file a service in `dataFolder`), `sqlite::memory:`, or `mysql://user:password@host:port/database`. */
  readonly url: string
  readonly dataFolder: string
  readonly service: string
  readonly poolSize: number
  readonly synchronous: 'NORMAL' | 'FULL'
  /** Of all SQLite files of the process. */
  readonly checkpoints?: Checkpoints | undefined
  readonly commitGapMs?: number
}

/** @throws TypeError for any other kind of URL */
export async function openEngine({ url, dataFolder, service, poolSize, ...sqlite }: EngineOptions): Promise<Engine> {
  if (url.startsWith('mysql://')) {
    const { openMysql } = await import('./mysql-engine.ts')
    return openMysql({ url, poolSize })
  }
  const { openSqlite } = await import('./sqlite-engine.ts')
  if (url === 'sqlite::memory:') return openSqlite({ file: ':memory:', synchronous: sqlite.synchronous })
  if (url !== 'sqlite:') throw new TypeError(`Cannot open database "${url.split('@').at(-1)}": the URL must be "sqlite:" or "mysql://…"`)
  mkdirSync(dataFolder, { recursive: true })
  return openSqlite({ file: join(dataFolder, `${service}.db`), ...sqlite })
}
