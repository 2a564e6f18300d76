/**
 * Measures one event end to end in one process on SQLite files: compare-and-set with its outbox row, relay, and three
 * services that each take it into their inbox and write a row. Once as transactions of the publisher, once as requests
 * to it, which adds the bus, both validations and the stored reply. Run: `node bench/event.ts [UPDATES]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Contract, defineContract, mutation } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { byId } from '@voipbin/contracts/page'
import { type AnyService, defineService, loadConfig, on, type Platform, platformSettings, startPlatform } from '@voipbin/service-kit'
import { createSchema, type Database, entityTable, integerColumn, textColumn } from '@voipbin/sql'
import { z } from 'zod'
import { type BenchResult, conditions, printResult } from './report.ts'

type Measured = { readonly cpuUs: number; readonly perSecond: number }

const ROWS = 200
const IN_FLIGHT = 64
const LISTENERS = ['one', 'two', 'three']
const customer_id = '11111111-1111-4111-8111-111111111111'

const meter = entity('meter', { name: z.string().max(255), count: z.int(), detail: z.string().max(4096) }, { get: 'getMeter' })
const meterContract = defineContract({
  service: 'meter',
  events: { meter_created: meter, meter_counted: meter },
  methods: { count: mutation(byId, meter) },
  api: {},
})
const meters = entityTable(meterContract, 'meter_meters', meter)

const meterService = defineService({
  contract: meterContract,
  folder: {},
  start: () => ({
    methods: {
      count: async (tx, { id }) => {
        const row = await meters.get(tx, id)
        return meters.update(tx, 'meter_counted', row, { count: row.count + 1 })
      },
    },
  }),
})

/** A service that keeps the last state of each meter, as a copy fed by events does. */
function listening(service: string): AnyService {
  return defineService({
    contract: defineContract({ service, events: {}, methods: {}, api: {} }),
    folder: {},
    start: () => ({
      methods: {},
      events: [
        on(
          meterContract,
          'meter_counted',
          async (tx, { data }) => {
            await tx.connection.run(`update ${service}_copies set count = ?, seen = seen + 1 where id = ?`, [data.count, data.id])
          },
          { name: 'copy' },
        ),
      ],
    }),
  })
}

export async function benchEvent(updates = 20_000): Promise<BenchResult> {
  const around = conditions({ updates, rows: ROWS, listeners: LISTENERS.length })
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  try {
    const platform = await start(dataDir)
    const ids = await fill(platform)
    const transaction = transactions(platform)
    const request = requests(platform)
    for (const work of [transaction, request]) await measure(platform, ids, { updates: 3000, inFlight: IN_FLIGHT, work })
    const measured: Record<string, Measured> = {}
    for (const inFlight of [IN_FLIGHT, 1]) {
      for (const [name, work] of Object.entries({ transaction, request })) {
        measured[`${name}, ${inFlight} in flight`] = await measure(platform, ids, { updates, inFlight, work })
      }
    }
    await platform.close()
    return result(around, measured)
  } finally {
    rmSync(dataDir, { recursive: true })
  }
}

function result(around: BenchResult['conditions'], measured: Readonly<Record<string, Measured>>): BenchResult {
  const row = ({ cpuUs, perSecond }: Measured) => ({ 'CPU an event, µs': Math.round(cpuUs), 'events per second': Math.round(perSecond) })
  const cpuUs = measured[`transaction, ${IN_FLIGHT} in flight`]?.cpuUs ?? Number.NaN
  return {
    name: 'event',
    conditions: around,
    rows: Object.fromEntries(Object.entries(measured).map(([name, each]) => [name, row(each)])),
    targets: [{ name: 'CPU of one event end to end, µs', limit: '≤ 200', measured: Math.round(cpuUs), isMet: cpuUs <= 200 }],
  }
}

function start(dataDir: string): Promise<Platform> {
  const env = { VOIPBIN_SQL_URL: 'sqlite:', VOIPBIN_DATA_DIR: dataDir, VOIPBIN_LOG_LEVEL: 'warn' }
  const services = [...LISTENERS.map(listening), meterService]
  const contracts: Contract[] = services.map((service) => service.contract)
  return startPlatform({ settings: loadConfig(platformSettings, env), env, services, contracts })
}

const databaseOf = (platform: Platform, name: string) => platform.services.find((service) => service.name === name)?.database as Database

async function fill(platform: Platform): Promise<string[]> {
  const publisher = databaseOf(platform, 'meter')
  const columns = { name: textColumn(255), count: integerColumn(), detail: textColumn(4096) }
  await publisher.engine.withSession((connection) => createSchema(connection).createEntityTable('meter_meters', columns))
  const ids = await publisher.transaction(originOf('fill'), async (tx) => {
    const made: string[] = []
    for (let n = 0; n < ROWS; n++) {
      const fields = { customer_id, name: `meter ${n}`, count: 0, detail: 'x'.repeat(80) }
      made.push((await meters.insert(tx, 'meter_created', fields)).id)
    }
    return made
  })
  for (const name of LISTENERS) await makeCopies(databaseOf(platform, name), name, ids)
  return ids
}

async function makeCopies(database: Database, name: string, ids: readonly string[]): Promise<void> {
  const columns = { id: textColumn(36), count: integerColumn(), seen: integerColumn() }
  await database.engine.withSession((connection) => createSchema(connection).createTable(`${name}_copies`, columns, { primaryKey: ['id'] }))
  await database.engine.inTransaction(async (connection) => {
    for (const id of ids) await connection.run(`insert into ${name}_copies (id, count, seen) values (?, 0, 0)`, [id])
  })
}

const originOf = (operationId: string) => ({ service: 'meter', operationId, requestId: 'req_bench', trace: '' })

type Work = (id: string, n: number) => Promise<unknown>

function transactions(platform: Platform): Work {
  const database = databaseOf(platform, 'meter')
  return (id, n) =>
    database.transaction(originOf(`bench-${n}`), async (tx) => {
      const row = await meters.get(tx, id)
      return meters.update(tx, 'meter_counted', row, { count: row.count + 1 })
    })
}

function requests(platform: Platform): Work {
  const client = platform.caller.clients(meterContract)
  return (id) => client.count({ id })
}

type Load = { readonly updates: number; readonly inFlight: number; readonly work: Work }

async function measure(platform: Platform, ids: readonly string[], { updates, inFlight, work }: Load): Promise<Measured> {
  const expected = (await seen(platform)) + updates * LISTENERS.length
  const cpu = process.cpuUsage()
  const from = performance.now()
  let next = 0
  const worker = async () => {
    for (let n = next++; n < updates; n = next++) await work(ids[n % ids.length] ?? '', n)
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  while ((await seen(platform)) < expected) await new Promise((resolve) => setTimeout(resolve, 2))
  const { user, system } = process.cpuUsage(cpu)
  return { cpuUs: (user + system) / updates, perSecond: (updates / (performance.now() - from)) * 1000 }
}

async function seen(platform: Platform): Promise<number> {
  let total = 0
  for (const name of LISTENERS) {
    const [row] = await databaseOf(platform, name).engine.reader.all(`select sum(seen) as seen from ${name}_copies`, [])
    total += Number(row?.['seen'])
  }
  return total
}

if (import.meta.main) printResult(await benchEvent(Number(process.argv[2] ?? 20_000)))
