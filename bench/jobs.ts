/**
 * Measures how late durable timers run: jobs due at random moments of a few seconds, each with a row to write, in one
 * process on SQLite files. Run: `node bench/jobs.ts [PER_SECOND]`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineContract, mutation } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { formatTime, parseTime } from '@voipbin/contracts/time'
import { defineService, job, loadConfig, platformSettings, startPlatform } from '@voipbin/service-kit'
import { createSchema, entityTable, textColumn } from '@voipbin/sql'
import { z } from 'zod'
import { type BenchResult, conditions, printResult } from './report.ts'

const SECONDS = 10
/** The first second is for compiling. */
const WARM_UP_SECONDS = 1
const LIMIT_MS = 50
const customer_id = '11111111-1111-4111-8111-111111111111'

const ring = entity('ring', { name: z.string().max(255) }, { get: 'getRing' })
const ringContract = defineContract({
  service: 'ring',
  events: { ring_rung: ring },
  methods: { plan: mutation(z.object({ dueAts: z.array(z.string()) }), z.object({})) },
  api: {},
})
const rings = entityTable(ringContract, 'ring_rings', ring)
const due = job('due', z.object({ dueAt: z.string() }))

/** @param onRun told how many milliseconds late a job began */
const ringService = (onRun: (lateMs: number) => void) =>
  defineService({
    contract: ringContract,
    folder: {},
    start: () => ({
      methods: {
        plan: async (tx, { dueAts }) => {
          for (const [index, dueAt] of dueAts.entries()) tx.schedule(due, `${dueAt} ${index}`, dueAt, { dueAt })
          return {}
        },
      },
      jobs: [
        due.inTx(async (tx, { dueAt }) => {
          onRun(Date.now() - parseTime(dueAt))
          await rings.insert(tx, 'ring_rung', { customer_id, name: dueAt })
        }),
      ],
    }),
  })

export async function benchJobs(perSecond = 100): Promise<BenchResult> {
  const around = conditions({ 'jobs a second': perSecond, seconds: SECONDS })
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  try {
    const late = await measure(dataDir, perSecond)
    const sorted = late.toSorted((one, other) => one - other)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
    const row = { jobs: late.length, 'p50, ms': at(0.5), 'p99, ms': at(0.99), 'latest, ms': at(1) }
    return {
      name: 'jobs',
      conditions: around,
      rows: { 'late by': row },
      targets: [{ name: 'how late, ms (p99)', limit: `≤ ${LIMIT_MS}`, measured: at(0.99), isMet: at(0.99) <= LIMIT_MS }],
    }
  } finally {
    rmSync(dataDir, { recursive: true })
  }
}

async function measure(dataDir: string, perSecond: number): Promise<number[]> {
  const env = { VOIPBIN_SQL_URL: 'sqlite:', VOIPBIN_DATA_DIR: dataDir, VOIPBIN_LOG_LEVEL: 'warn' }
  const late: number[] = []
  const service = ringService((lateMs) => late.push(lateMs))
  const platform = await startPlatform({ settings: loadConfig(platformSettings, env), env, services: [service], contracts: [ringContract] })
  const [running] = platform.services
  await running?.database?.engine.withSession((connection) =>
    createSchema(connection).createEntityTable('ring_rings', { name: textColumn(255) }),
  )
  const client = platform.caller.clients(ringContract)
  const seconds = WARM_UP_SECONDS + SECONDS
  // Planned a second ahead, as timers of calls are: while others run.
  for (let second = 0; second < seconds; second++) {
    const from = (Date.now() + 1000) * 1000
    await client.plan({ dueAts: Array.from({ length: perSecond }, () => formatTime(Math.floor(from + Math.random() * 1e6))) })
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  while (late.length < seconds * perSecond) await new Promise((resolve) => setTimeout(resolve, 10))
  await platform.close()
  return late.slice(WARM_UP_SECONDS * perSecond)
}

if (import.meta.main) printResult(await benchJobs(Number(process.argv[2] ?? 100)))
