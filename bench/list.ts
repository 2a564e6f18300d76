/**
 * Measures one page of a tenant's list over 1 000 and over 1 000 000 rows, at the newest end and in the middle, on SQLite
 * and on MySQL or MariaDB. Rounds over the two tables alternate. Run: `node bench/list.ts`, with VOIPBIN_TEST_SQL_URL
 * naming a server (without it only SQLite is measured). Takes a minute and 1 GB of disk, most of it to fill the tables.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tag, tagContract } from '@voipbin/contracts/tag'
import { formatTime } from '@voipbin/contracts/time'
import { createSchema, type Engine, entityTable, openDatabase, openEngine, textColumn } from '@voipbin/sql'
import { type BenchResult, conditions, printResult } from './report.ts'

const FEW = 1000
const MANY = 1_000_000
const PAGE_SIZE = 50
/** Pages that a round walks from where it starts. */
const WALK = 8
const ROUNDS = 60
const WARM_UP = 10
/** Rows of one INSERT: long enough for speed, short enough for the server's longest packet. */
const INSERT_ROWS = 2000
const LIMIT = 1.5

const customer_id = '11111111-1111-4111-8111-111111111111'
const firstMicroseconds = Date.parse('2026-01-01T00:00:00Z') * 1000
const timeOf = (index: number) => formatTime(firstMicroseconds + index * 1000)
/** Ids that grow with the rows, as UUIDv7 does. */
const idOf = (index: number) => `${index.toString(16).padStart(8, '0')}-0000-7000-8000-000000000000`

type Place = 'newest' | 'middle'
/** Middle of the rounds, µs a page. */
type Pages = Readonly<Record<Place, number>>

export async function benchList(): Promise<BenchResult> {
  const around = conditions({ few: FEW, many: MANY, pageSize: PAGE_SIZE, rounds: ROUNDS })
  const results: [string, { few: Pages; many: Pages }][] = [['SQLite', await benchSqlite()]]
  const url = process.env.VOIPBIN_TEST_SQL_URL
  if (url) results.push(['MySQL', await benchMysql(url)])
  else process.stderr.write('MySQL skipped, because VOIPBIN_TEST_SQL_URL is not set\n')
  const each = results.flatMap(([name, { few, many }]) =>
    (['newest', 'middle'] as const).map((place) => ({ name: `${name}, ${place}`, few: few[place], many: many[place] })),
  )
  return {
    name: 'list',
    conditions: around,
    rows: Object.fromEntries(
      each.map(({ name, few, many }) => [name, { 'of 1 000, µs': Math.round(few), 'of 1 000 000, µs': Math.round(many) }]),
    ),
    targets: each.map(({ name, few, many }) => {
      const measured = Math.round((many / few) * 100) / 100
      return { name: `${name}: many / few`, limit: `≤ ${LIMIT}`, measured, isMet: measured <= LIMIT }
    }),
  }
}

async function benchSqlite() {
  const dataFolder = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  try {
    const engine = await openEngine({ url: 'sqlite:', dataFolder, service: 'list', poolSize: 1, synchronous: 'NORMAL' })
    return await measure(engine).finally(() => engine.close())
  } finally {
    rmSync(dataFolder, { recursive: true })
  }
}

async function benchMysql(serverUrl: string) {
  const name = `voipbin_bench_${randomUUID().slice(0, 8)}`
  const open = (url: string) => openEngine({ url, dataFolder: '', service: 'list', poolSize: 1, synchronous: 'NORMAL' })
  const server = await open(serverUrl)
  await server.withSession(async (connection) => connection.exec(`CREATE DATABASE ${name}`))
  try {
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    const engine = await open(url.href)
    return await measure(engine).finally(() => engine.close())
  } finally {
    await server.withSession(async (connection) => connection.exec(`DROP DATABASE ${name}`))
    await server.close()
  }
}

async function measure(engine: Engine): Promise<{ few: Pages; many: Pages }> {
  await fill(engine, 'few_tags', FEW)
  await fill(engine, 'many_tags', MANY)
  const walks = {
    few: { newest: walker(engine, 'few_tags', ''), middle: walker(engine, 'few_tags', tokenAt(FEW / 2)) },
    many: { newest: walker(engine, 'many_tags', ''), middle: walker(engine, 'many_tags', tokenAt(MANY / 2)) },
  }
  const all = [walks.few.newest, walks.many.newest, walks.few.middle, walks.many.middle]
  for (let round = -WARM_UP; round < ROUNDS; round++) for (const walk of all) await walk.round(round >= 0)
  return {
    few: { newest: walks.few.newest.middle(), middle: walks.few.middle.middle() },
    many: { newest: walks.many.newest.middle(), middle: walks.many.middle.middle() },
  }
}

const tokenAt = (index: number) => `${timeOf(index)}~${idOf(index)}`

async function fill(engine: Engine, table: string, rows: number): Promise<void> {
  await engine.withSession(async (connection) => {
    await createSchema(connection).createEntityTable(table, { name: textColumn(255), detail: textColumn(4096) })
    await connection.exec('BEGIN')
    for (let start = 0; start < rows; start += INSERT_ROWS) {
      const count = Math.min(INSERT_ROWS, rows - start)
      const values = Array.from({ length: count }, (_, offset) => rowOf(start + offset)).join(', ')
      await connection.exec(`INSERT INTO ${table} (id, customer_id, name, detail, tm_create, version) VALUES ${values}`)
    }
    await connection.exec('COMMIT')
    await connection.exec(connection.dialect === 'sqlite' ? 'ANALYZE' : `ANALYZE TABLE ${table}`)
  })
}

const rowOf = (index: number) =>
  `('${idOf(index)}', '${customer_id}', 'tag ${index}', 'a tag of a customer with many', '${timeOf(index)}', 1)`

function walker(engine: Engine, table: string, from: string) {
  const tags = entityTable(tagContract, table, tag)
  const source = { now: () => timeOf(0), newId: randomUUID }
  const database = openDatabase(engine, { service: 'list', source, migrations: '', onCommit: () => undefined })
  const microseconds: number[] = []
  return {
    async round(counts: boolean): Promise<void> {
      const start = performance.now()
      let page_token = from
      for (let page = 0; page < WALK; page++) {
        const { result, next_page_token } = await tags.list(database.read(), { customer_id, page_size: PAGE_SIZE, page_token })
        if (result.length !== PAGE_SIZE) throw new Error(`Page of ${result.length} rows in ${table}`)
        page_token = next_page_token
      }
      if (counts) microseconds.push(((performance.now() - start) * 1000) / WALK)
    },
    middle: () => microseconds.toSorted((a, b) => a - b)[Math.floor(microseconds.length / 2)] ?? Number.NaN,
  }
}

if (import.meta.main) printResult(await benchList())
