/**
 * Measures one transaction as a mutation makes it: read, compare-and-set, event into the outbox, stored reply. One in
 * flight and 16, each on SQLite with `synchronous` NORMAL and FULL. Run: `node bench/transaction.ts`.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tag, tagContract } from '@voipbin/contracts/tag'
import { formatTime } from '@voipbin/contracts/time'
import { createSchema, type Database, digest, entityTable, openDatabase, openEngine, textColumn } from '@voipbin/sql'
import { type BenchResult, conditions, printResult } from './report.ts'

type Measured = { readonly cpuUs: number; readonly perSecond: number }
type Durability = 'NORMAL' | 'FULL'

const ROWS = 64
const MANY_IN_FLIGHT = 16
const ROUNDS = 7
/** A disk that syncs each commit is slow enough to be measured with fewer. */
const ROUND_TRANSACTIONS: Readonly<Record<Durability, number>> = { NORMAL: 3000, FULL: 300 }
/** What a relay takes away at once. */
const RELAY_BATCH = 64
/** Of the 200 µs that one event may cost from end to end. */
const LIMIT_US = 120

const tags = entityTable(tagContract, 'bench_tags', tag)

export async function benchTransaction(): Promise<BenchResult> {
  const around = conditions({ rows: ROWS, rounds: ROUNDS })
  const rows: Record<string, { 'CPU each, µs': number; 'a second': number }> = {}
  let busiest = Number.NaN
  for (const synchronous of ['NORMAL', 'FULL'] as const) {
    const { one, many } = await measure(synchronous)
    rows[`${synchronous}, 1 in flight`] = row(one)
    rows[`${synchronous}, ${MANY_IN_FLIGHT} in flight`] = row(many)
    if (synchronous === 'NORMAL') busiest = Math.round(many.cpuUs)
  }
  const target = {
    name: `CPU of a transaction, ${MANY_IN_FLIGHT} in flight, µs`,
    limit: `≤ ${LIMIT_US}`,
    measured: busiest,
    isMet: busiest <= LIMIT_US,
  }
  return { name: 'transaction', conditions: around, rows, targets: [target] }
}

const row = ({ cpuUs, perSecond }: Measured) => ({ 'CPU each, µs': Math.round(cpuUs), 'a second': Math.round(perSecond) })

async function measure(synchronous: Durability): Promise<{ one: Measured; many: Measured }> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  const engine = await openEngine({ url: 'sqlite:', dataFolder, service: 'bench', poolSize: 1, synchronous })
  let microseconds = Date.now() * 1000
  const source = { now: () => formatTime(microseconds++), newId: randomUUID }
  const database = openDatabase(engine, { service: 'bench', source, migrations: '', onCommit: () => undefined })
  try {
    await database.migrate()
    await engine.withSession((connection) =>
      createSchema(connection).createEntityTable(tags.table, { name: textColumn(255), detail: textColumn(4096) }),
    )
    const update = await createUpdate(database)
    const count = ROUND_TRANSACTIONS[synchronous]
    await run(update, count, MANY_IN_FLIGHT)
    const one: Measured[] = []
    const many: Measured[] = []
    for (let round = 0; round < ROUNDS; round++) {
      one.push(await run(update, count, 1))
      many.push(await run(update, count, MANY_IN_FLIGHT))
    }
    return { one: middle(one), many: middle(many) }
  } finally {
    await database.close()
    rmSync(dataFolder, { recursive: true })
  }
}

async function createUpdate(database: Database): Promise<(index: number) => Promise<void>> {
  const { engine, outbox, operations } = database
  const origin = () => ({ service: 'bench', operationId: randomUUID(), requestId: 'req_bench', trace: '' })
  const fields = { customer_id: randomUUID(), name: 'a tag', detail: 'x'.repeat(100) }
  const ids: string[] = []
  for (let index = 0; index < ROWS; index++) {
    ids.push((await database.transaction(origin(), (tx) => tags.insert(tx, 'tag_created', fields))).id)
  }
  return async (index) => {
    const cause = origin()
    await database.transaction(cause, async (tx) => {
      const saved = await tags.update(tx, 'tag_updated', await tags.get(tx, ids[index % ROWS] ?? ''), { name: `tag ${index}` })
      const operation = { method: 'updateTag', inputHash: digest(saved.name), reply: JSON.stringify(saved) }
      await operations.store(tx.connection, digest(cause.operationId), operation, tx.now)
    })
    if (index % RELAY_BATCH > 0) return
    const stored = await outbox.read(engine.reader, RELAY_BATCH * 2)
    await engine.inTransaction((connection) =>
      outbox.remove(
        connection,
        stored.map(({ position }) => position),
      ),
    )
  }
}

async function run(update: (index: number) => Promise<void>, count: number, inFlight: number): Promise<Measured> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  let begun = 0
  const work = async () => {
    while (begun < count) await update(begun++)
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  const { user, system } = process.cpuUsage(cpu)
  return { cpuUs: (user + system) / count, perSecond: (count * 1000) / (performance.now() - start) }
}

const middle = (rounds: readonly Measured[]): Measured => {
  const of = (key: keyof Measured) => rounds.map((round) => round[key]).sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? Number.NaN
  return { cpuUs: of('cpuUs'), perSecond: of('perSecond') }
}

if (import.meta.main) printResult(await benchTransaction())
