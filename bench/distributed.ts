/**
 * Measures `GET /v1.0/tags/{id}` with gateway, customer and tag as processes of their own over RabbitMQ, MariaDB and Redis.
 * Needs the servers of `tools/servers.sh start`. Brokers, services and load share the machine's cores, so this is a floor.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tiers } from '@voipbin/contracts/api'
import { createMysqlDatabase, requireServer } from '@voipbin/test-kit'
import { loadHttp } from './http-load.ts'
import { type BenchResult, conditions } from './report.ts'

const CONNECTIONS = 64
const REQUESTS = 10_000
const WARM_UP = 5000
const ROUNDS = 3
const KEY = `vb_${'bench-0-'.repeat(4)}`

export async function benchDistributed(): Promise<BenchResult> {
  const [sql, bus, cache] = [requireServer('sql'), requireServer('bus'), requireServer('cache')]
  if (!sql || !bus || !cache) throw new TypeError('This needs servers: eval "$(tools/servers.sh start)"')
  const around = conditions({ connections: CONNECTIONS, rounds: `middle of ${ROUNDS} × ${REQUESTS} requests`, processes: 3 })
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  const database = await createMysqlDatabase(sql)
  const env = { VOIPBIN_SQL_URL: database.url, VOIPBIN_BUS_URL: bus, VOIPBIN_CACHE_URL: cache }
  const running: ChildProcess[] = []
  try {
    for (const service of ['customer', 'tag', 'gateway']) running.push(await start(service, join(folder, service), env))
    const rounds = await measure(apiOf.get(running[2] as ChildProcess) ?? '')
    const middle = rounds.sort((one, other) => one.perSecond - other.perSecond)[1]
    const perSecond = Math.round(middle?.perSecond ?? 0)
    return {
      name: 'distributed',
      conditions: around,
      rows: { 'three processes': { perSecond, p50Ms: round(middle?.p50Ms), p99Ms: round(middle?.p99Ms) } },
      targets: [{ name: 'requests per second', limit: '≥ 2000', measured: perSecond, isMet: perSecond >= 2000 }],
    }
  } finally {
    for (const child of running) await stop(child)
    await database.drop()
    rmSync(folder, { recursive: true })
  }
}

const round = (ms = 0) => Math.round(ms * 100) / 100
const apiOf = new Map<ChildProcess, string>()

/** @returns once the service says that it is ready */
async function start(service: string, dataDir: string, servers: Record<string, string>): Promise<ChildProcess> {
  const off = Object.fromEntries(tiers.map((tier) => [`VOIPBIN_RATE_LIMIT_${tier}_RPS`, '0']))
  const own = { VOIPBIN_SERVICES: service, VOIPBIN_DATA_DIR: dataDir, VOIPBIN_HTTP_PORT: '0', VOIPBIN_ACCESS_KEY: KEY }
  const env = { PATH: process.env['PATH'] ?? '', ...servers, ...off, ...own }
  const main = join(import.meta.dirname, '../apps/voipbin/src/main.ts')
  const child = spawn(process.execPath, [main, 'start'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += String(chunk)
    apiOf.set(child, /API\s+(http:\S+)/.exec(said)?.[1] ?? '')
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => String(chunk).includes('"message":"ready"') && resolve())
    child.once('exit', () => reject(new TypeError(`"${service}" did not start: ${said}`)))
  })
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

async function measure(api: string) {
  const headers = { authorization: `Bearer ${KEY}` }
  const body = JSON.stringify({ name: 'vip', detail: 'answered first' })
  const made = await fetch(`${api}/v1.0/tags`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body })
  const { id } = (await made.json()) as { id: string }
  const load = { url: `${api}/v1.0/tags/${id}`, headers, connections: CONNECTIONS }
  await loadHttp({ ...load, requests: WARM_UP })
  const rounds = []
  for (let count = 0; count < ROUNDS; count++) rounds.push(await loadHttp({ ...load, requests: REQUESTS }))
  return rounds
}
