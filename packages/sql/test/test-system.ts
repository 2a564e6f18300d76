import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { formatTime } from '@voipbin/contracts/time'
import { type Committed, type Database, type Engine, type JobHands, type Origin, openDatabase } from '../src/index.ts'

/** A database of its own that a suite may fill and drop. */
export type Opened = {
  readonly engine: Engine
  /** Another process's view of the same database; undefined where there can be none. */
  readonly openAnother: (() => Promise<Engine>) | undefined
  /** Closes and removes it. */
  close(): Promise<void>
}
export type OpenSql = () => Promise<Opened>

export type TestSystem = {
  readonly engine: Engine
  readonly database: Database
  readonly commits: Committed[]
  /** Who runs the jobs of this database here; nobody, unless a test says so. */
  readonly hands: { -readonly [K in keyof JobHands]: JobHands[K] }
  /** Stops and starts the clock; running, each look is a microsecond later than the one before. */
  holdClock(time?: string): void
  /** Empties every table of the kernel and the samples. */
  clear(): Promise<void>
}

const sampleMigrations = join(import.meta.dirname, 'migrations')
const tables = ['samples', 'tokens', 'outbox', 'inbox', 'parked', 'jobs', 'operations', 'leases', 'instances']

export async function createTestSystem(engine: Engine, migrations = sampleMigrations): Promise<TestSystem> {
  const commits: Committed[] = []
  let microseconds = Date.parse('2026-01-31T08:00:00Z') * 1000
  let held: string | undefined
  const now = () => held ?? formatTime(microseconds++)
  const source = { now, newId: randomUUID }
  const onCommit = (committed: Committed) => {
    commits.push(committed)
  }
  const nobody = () => undefined
  const hands: TestSystem['hands'] = { reserve: nobody }
  const database = openDatabase(engine, { service: 'sample', source, migrations, onCommit, hands })
  await database.migrate()
  return {
    engine,
    database,
    commits,
    hands,
    holdClock(time) {
      held = time
    },
    async clear() {
      held = undefined
      hands.reserve = nobody
      commits.length = 0
      await engine.inTransaction(async (connection) => {
        for (const table of tables) await connection.run(`DELETE FROM sample_${table}`, [])
      })
    },
  }
}

export const someOrigin = (fields: Partial<Origin> = {}): Origin => ({
  ...{ service: 'sample', operationId: randomUUID(), requestId: 'req_1', trace: '00-trace' },
  ...fields,
})

/** Rows that a statement finds outside of any transaction. */
export const readAll = async ({ engine }: TestSystem, text: string) => engine.reader.all(text, [])
export const countRows = async (system: TestSystem, table: string) =>
  Number((await readAll(system, `SELECT count(*) AS n FROM ${table}`))[0]?.['n'])
