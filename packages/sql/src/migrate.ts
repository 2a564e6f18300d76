import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Connection, Engine } from './connection.ts'
import { createKernelTables } from './kernel/kernel-tables.ts'
import { createSchema, type Migration } from './schema.ts'

type Step = { readonly name: string; readonly load: () => Promise<Migration> }

/** How long a replica waits for the one that migrates. */
const LOCK_SECONDS = 120

/**
 * Brings a service's tables up to date: the kernel's, then `<folder>/*.ts` by name. Steps that ran are recorded in
 * `<service>_migrations`; one that failed half-way runs again at the next start. Replicas wait for each other.
 * @throws TypeError for a file without `up`
 */
export async function migrate(engine: Engine, service: string, folder: string): Promise<void> {
  const table = `${service}_migrations`
  const steps: Step[] = [
    { name: 'kernel-0001', load: async () => (schema) => createKernelTables(schema, service) },
    ...(await stepsIn(folder)),
  ]
  await engine.withSession(async (connection) => {
    await connection.exec(`CREATE TABLE IF NOT EXISTS ${table} (name VARCHAR(100) NOT NULL PRIMARY KEY, tm_create VARCHAR(27) NOT NULL)`)
    if ((await pending(connection, table, steps)).length === 0) return
    await withLock(connection, table, async () => {
      for (const step of await pending(connection, table, steps)) await run(connection, table, step)
    })
  })
}

async function run(connection: Connection, table: string, step: Step): Promise<void> {
  const up = await step.load()
  await up(createSchema(connection))
  await connection.run(`INSERT INTO ${table} (name, tm_create) VALUES (?, ?)`, [step.name, new Date().toISOString()])
}

async function pending(connection: Connection, table: string, steps: readonly Step[]): Promise<Step[]> {
  const done = new Set((await connection.all(`SELECT name FROM ${table}`, [])).map((row) => row['name']))
  return steps.filter((step) => !done.has(step.name))
}

async function withLock(connection: Connection, name: string, work: () => Promise<void>): Promise<void> {
  if (connection.dialect === 'sqlite') return work() // one process, and it holds the session
  const [row] = await connection.all('SELECT GET_LOCK(?, ?) AS got', [name, LOCK_SECONDS])
  if (Number(row?.['got']) !== 1) throw new Error(`Cannot migrate: another replica has held the lock "${name}" for ${LOCK_SECONDS} s`)
  try {
    await work()
  } finally {
    await connection.all('SELECT RELEASE_LOCK(?) AS released', [name])
  }
}

async function stepsIn(folder: string): Promise<Step[]> {
  const files = await readdir(folder).catch(() => [])
  return files
    .filter((file) => /^\d{4}-.*\.ts$/.test(file) && !file.endsWith('.test.ts'))
    .sort()
    .map((file) => ({ name: file.replace(/\.ts$/, ''), load: () => loadStep(join(folder, file)) }))
}

async function loadStep(path: string): Promise<Migration> {
  const module = (await import(pathToFileURL(path).href)) as { up?: Migration }
  if (typeof module.up !== 'function') throw new TypeError(`Migration "${path}" exports no function "up"`)
  return module.up
}
