/**
 * Measures `GET /v1.0/tags/{id}` with an access key through the whole platform in one process, beside a bare fastify route that sends
 * the same JSON from the same process, in alternating rounds of one run. Limits are off; log lines are written, to nowhere.
 * Run: `node bench/gateway.ts`. Load and server are two processes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tiers } from '@voipbin/contracts/api'
import { customerContract } from '@voipbin/contracts/customer'
import { gatewayContract } from '@voipbin/contracts/gateway'
import { tagContract } from '@voipbin/contracts/tag'
import { customerService } from '@voipbin/customer'
import { gatewayService } from '@voipbin/gateway'
import { loadConfig, platformSettings, startPlatform } from '@voipbin/service-kit'
import { tagService } from '@voipbin/tag'
import { fastify } from 'fastify'
import { type HttpRound, loadHttp } from './http-load.ts'
import { type BenchResult, conditions, printResult } from './report.ts'

type Round = HttpRound & { readonly cpuUs: number }

const CONNECTIONS = 64
const REQUESTS = 20_000
const WARM_UP = 10_000
const ROUNDS = 5

/** What the server process says when it is ready. */
type Ready = { readonly gatewayUrl: string; readonly bareUrl: string; readonly token: string }
type Side = 'gateway' | 'bare'

export async function benchGateway(): Promise<BenchResult> {
  const around = conditions({ connections: CONNECTIONS, rounds: `middle of ${ROUNDS} × ${REQUESTS} requests` })
  const server = fork(import.meta.filename, ['server'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  try {
    const [ready] = (await once(server, 'message')) as [Ready]
    const rounds: Record<Side, Round[]> = { gateway: [], bare: [] }
    for (const side of ['gateway', 'bare'] as const) await measure(server, ready, side, WARM_UP)
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of ['bare', 'gateway'] as const) rounds[side].push(await measure(server, ready, side, REQUESTS))
    }
    return judge(around, middle(rounds.gateway), middle(rounds.bare))
  } finally {
    server.disconnect()
    await once(server, 'exit')
  }
}

async function measure(server: ChildProcess, ready: Ready, side: Side, requests: number): Promise<Round> {
  const url = side === 'gateway' ? ready.gatewayUrl : ready.bareUrl
  const before = await cpuOf(server)
  const round = await loadHttp({ url, headers: { authorization: `Bearer ${ready.token}` }, connections: CONNECTIONS, requests })
  return { ...round, cpuUs: ((await cpuOf(server)) - before) / requests }
}

/** Microseconds of both kinds of time that the server process has used. */
async function cpuOf(server: ChildProcess): Promise<number> {
  server.send('cpu')
  const [used] = (await once(server, 'message')) as [number]
  return used
}

const middle = (rounds: readonly Round[]): Round =>
  [...rounds].sort((one, other) => one.perSecond - other.perSecond)[Math.floor(rounds.length / 2)] ?? {
    perSecond: 0,
    p50Ms: 0,
    p99Ms: 0,
    cpuUs: 0,
  }

function judge(around: BenchResult['conditions'], gateway: Round, bare: Round): BenchResult {
  const share = round2(gateway.perSecond / bare.perSecond)
  const { cpuUs, p99Ms } = figures(gateway)
  return {
    name: 'gateway',
    conditions: around,
    rows: { gateway: figures(gateway), 'bare fastify': figures(bare) },
    targets: [
      { name: 'throughput / bare fastify', limit: '≥ 0.25', measured: share, isMet: share >= 0.25 },
      { name: 'CPU a request, µs', limit: '≤ 150', measured: cpuUs, isMet: cpuUs <= 150 },
      { name: `p99 at ${CONNECTIONS} connections, ms`, limit: '≤ 25', measured: p99Ms, isMet: p99Ms <= 25 },
    ],
  }
}

const round2 = (value: number) => Math.round(value * 100) / 100
const figures = ({ perSecond, p50Ms, p99Ms, cpuUs }: Round) => ({
  perSecond: Math.round(perSecond),
  ...{ p50Ms: round2(p50Ms), p99Ms: round2(p99Ms), cpuUs: Math.round(cpuUs) },
})

async function serve(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  const off = Object.fromEntries(tiers.map((tier) => [`VOIPBIN_RATE_LIMIT_${tier}_RPS`, '0']))
  const env = { VOIPBIN_DATA_DIR: dataDir, VOIPBIN_HTTP_PORT: '0', ...off }
  const platform = await startPlatform({
    settings: loadConfig(platformSettings, env),
    env,
    services: [customerService, tagService, gatewayService],
    contracts: [customerContract, tagContract, gatewayContract],
  })
  const { customer_id, token } = await platform.caller.clients(customerContract).seed({})
  const tag = await platform.caller.clients(tagContract).createTag({ customer_id, name: 'vip', detail: 'answered first' })
  const { version: _, ...seen } = tag
  const bare = fastify({ logger: false })
  bare.get('/v1.0/tags/:id', async () => seen)
  const bareUrl = await bare.listen({ host: '127.0.0.1', port: 0 })
  const path = `/v1.0/tags/${tag.id}`
  const apiUrl = platform.descriptions[0]?.replace('API ', '') ?? ''
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
  process.send?.({ gatewayUrl: `${apiUrl}${path}`, bareUrl: `${bareUrl}${path}`, token } satisfies Ready)
  await once(process, 'disconnect')
  await Promise.all([bare.close(), platform.close()])
  rmSync(dataDir, { recursive: true })
}

if (import.meta.main) {
  if (process.argv[2] === 'server') await serve()
  else printResult(await benchGateway())
}
