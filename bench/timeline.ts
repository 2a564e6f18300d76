/**
 * Measures what it costs that the timeline keeps every event: one publisher in one process on SQLite files, without the
 * timeline and with it, and the difference of both. Run: `node bench/timeline.ts [UPDATES]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineContract } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { id } from '@voipbin/contracts/fields'
import { type AnyService, defineService, loadConfig, type Platform, platformSettings, startPlatform } from '@voipbin/service-kit'
import { createSchema, type Database, entityTable, idColumn, integerColumn, textColumn } from '@voipbin/sql'
import { timelineService } from '@voipbin/timeline'
import { z } from 'zod'
import { type BenchResult, conditions, printResult } from './report.ts'

const ROWS = 200
const IN_FLIGHT = 64
const customer_id = '11111111-1111-4111-8111-111111111111'

/** As long as a call's event, and with as many links: its own, and an activeflow. */
const meter = entity('meter', { activeflow_id: id(), count: z.int(), detail: z.string().max(4096) }, { get: 'getMeter' })
const meterContract = defineContract({ service: 'meter', events: { meter_created: meter, meter_counted: meter }, methods: {}, api: {} })
const meters = entityTable(meterContract, 'meter_meters', meter)
const meterService: AnyService = defineService({ contract: meterContract, folder: {}, start: () => ({ methods: {} }) })

export async function benchTimeline(updates = 20_000): Promise<BenchResult> {
  const around = conditions({ updates, rows: ROWS, links: 2 })
  const bare = await measure(updates, [meterService])
  const kept = await measure(updates, [meterService, timelineService])
  const cpuUs = kept - bare
  return {
    name: 'timeline',
    conditions: around,
    rows: {
      'without the timeline': { 'CPU an event, µs': Math.round(bare) },
      'with the timeline': { 'CPU an event, µs': Math.round(kept) },
      'the timeline': { 'CPU an event, µs': Math.round(cpuUs) },
    },
    targets: [
      { name: 'CPU of keeping one event, bus and inbox included, µs', limit: '≤ 150', measured: Math.round(cpuUs), isMet: cpuUs <= 150 },
    ],
  }
}

/** @returns CPU of the process an update, in µs, after as many to warm up */
async function measure(updates: number, services: readonly AnyService[]): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  const env = { VOIPBIN_SQL_URL: 'sqlite:', VOIPBIN_DATA_DIR: dataDir, VOIPBIN_LOG_LEVEL: 'warn' }
  const contracts = services.map((service) => service.contract)
  const platform = await startPlatform({ settings: loadConfig(platformSettings, env), env, services, contracts })
  try {
    const ids = await fill(platform)
    await update(platform, ids, 3000)
    const cpu = process.cpuUsage()
    await update(platform, ids, updates)
    const { user, system } = process.cpuUsage(cpu)
    return (user + system) / updates
  } finally {
    await platform.close()
    rmSync(dataDir, { recursive: true })
  }
}

const databaseOf = (platform: Platform, name: string): Database | undefined =>
  platform.services.find((service) => service.name === name)?.database
const meterOf = (platform: Platform) => databaseOf(platform, 'meter') as Database
const originOf = (operationId: string) => ({ service: 'meter', operationId, requestId: 'req_bench', trace: '' })

async function fill(platform: Platform): Promise<string[]> {
  const columns = { activeflow_id: idColumn(), count: integerColumn(), detail: textColumn(4096) }
  await meterOf(platform).engine.withSession((connection) => createSchema(connection).createEntityTable('meter_meters', columns))
  return meterOf(platform).transaction(originOf('fill'), async (tx) => {
    const made: string[] = []
    for (let n = 0; n < ROWS; n++) {
      const fields = { customer_id, activeflow_id: crypto.randomUUID(), count: 0, detail: 'x'.repeat(1200) }
      made.push((await meters.insert(tx, 'meter_created', fields)).id)
    }
    return made
  })
}

/** Until every event is published, and kept where somebody keeps it. */
async function update(platform: Platform, ids: readonly string[], updates: number): Promise<void> {
  const expected = (await kept(platform)) + updates
  let next = 0
  const worker = async () => {
    for (let n = next++; n < updates; n = next++) {
      await meterOf(platform).transaction(originOf(crypto.randomUUID()), async (tx) => {
        const row = await meters.get(tx, ids[n % ids.length] ?? '')
        return meters.update(tx, 'meter_counted', row, { count: row.count + 1 })
      })
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  while ((await kept(platform)) < expected && databaseOf(platform, 'timeline')) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function kept(platform: Platform): Promise<number> {
  const found = await databaseOf(platform, 'timeline')?.engine.reader.all(
    "select count(*) as kept from timeline_events where event_type = 'meter_counted'",
    [],
  )
  return Number(found?.[0]?.['kept'] ?? 0)
}

if (import.meta.main) printResult(await benchTimeline(Number(process.argv[2] ?? 20_000)))
