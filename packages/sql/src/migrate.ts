import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Connection, Engine } from './connection.ts'
import { digest } from './derive-id.ts'
import { createKernelTables } from './kernel/kernel-tables.ts'
import { asciiColumn, createSchema, type Migration, timeColumn } from './schema.ts'

type Step = { readonly name: string; readonly load: () => Promise<Migration> }

export type MigrateOptions = {
  readonly service: string
  /** Folder of the service's migrations; one that is not there holds none. */
  readonly folder: string
  readonly now: () => string
}

/** How long a replica waits for the one that migrates. */
const LOCK_SECONDS = 120

/**
 * Brings a service's tables up to date: the kernel's, then `<folder>/*.ts` by name. Steps that ran are recorded in
 * `<service>_migrations`; one that failed half-way runs again at the next start. Replicas wait for each other.
 * @throws TypeError for a file whose name is no migration's, or without `up`
 */
export async function migrate(engine: Engine, { service, folder, now }: MigrateOptions): Promise<void> {
  const table = `${service}_migrations`
  const kernel: Step = { name: 'kernel-0001', load: async () => (schema) => createKernelTables(schema, service) }
  const steps = [kernel, ...(await stepsIn(folder))]
  await engine.withSession(async (connection) => {
    const columns = { name: asciiColumn(100), tm_create: timeColumn() }
    await createSchema(connection).createTable(table, columns, { primaryKey: ['name'], isClustered: true })
    if ((await pending(connection, table, steps)).length === 0) return
    await withLock(connection, table, async () => {
      for (const step of await pending(connection, table, steps)) {
        const up = await step.load()
        await atOnce(connection, async () => {
          await up(createSchema(connection))
          await connection.run(`INSERT INTO ${table} (name, tm_create) VALUES (?, ?)`, [step.name, now()])
        })
      }
    })
  })
}

/** On SQLite a step is done and recorded, or neither. MySQL commits each DDL by itself, which is why steps may run again. */
async function atOnce(connection: Connection, work: () => Promise<void>): Promise<void> {
  if (connection.dialect === 'mysql') return work()
  await connection.exec('BEGIN IMMEDIATE')
  try {
    await work()
    await connection.exec('COMMIT')
  } catch (error) {
    await rollBack(connection)
    throw error
  }
}

async function rollBack(connection: Connection): Promise<void> {
  try {
    await connection.exec('ROLLBACK')
  } catch {
    // SQLite has done so itself; the first failure is the one to be told
  }
}

async function pending(connection: Connection, table: string, steps: readonly Step[]): Promise<Step[]> {
  const done = new Set((await connection.all(`SELECT name FROM ${table}`, [])).map((row) => row['name']))
  return steps.filter((step) => !done.has(step.name))
}

async function withLock(connection: Connection, table: string, work: () => Promise<void>): Promise<void> {
  if (connection.dialect === 'sqlite') return work() // one process, and it holds the session
  // Names of locks are the server's, not the schema's, and short.
  const [schema] = await connection.all('SELECT DATABASE() AS name', [])
  const name = digest(`${String(schema?.['name'])}.${table}`)
  const [row] = await connection.all('SELECT GET_LOCK(?, ?) AS got', [name, LOCK_SECONDS])
  if (Number(row?.['got']) !== 1) throw new Error(`Cannot migrate "${table}": another replica has been at it for ${LOCK_SECONDS} s`)
  await work() // the lock ends with the session
}

async function stepsIn(folder: string): Promise<Step[]> {
  const files = (await filesIn(folder)).filter((file) => /\.[tj]s$/.test(file) && !/\.(test|d)\.[tj]s$/.test(file)).sort()
  const stray = files.find((file) => !/^\d{4}-/.test(file))
  if (stray) throw new TypeError(`Cannot migrate: "${join(folder, stray)}" is not named "0001-what.ts"`)
  return files.map((file) => ({ name: file.replace(/\.[tj]s$/, ''), load: () => loadStep(join(folder, file)) }))
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function loadStep(path: string): Promise<Migration> {
  const module = (await import(pathToFileURL(path).href)) as { up?: Migration }
  if (typeof module.up !== 'function') throw new TypeError(`Migration "${path}" exports no function "up"`)
  return module.up
}
