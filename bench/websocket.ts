/**
 * Measures the fan-out of events to WebSocket clients: from the bus in one process to 1 000 subscribed sockets in another, over loopback.
 * The gateway runs alone; the customer service that knows the access key is faked. Run: `node bench/websocket.ts`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Bus, createLocalBus } from '@voipbin/bus'
import { tiers } from '@voipbin/contracts/api'
import { defineContract, event } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { entity } from '@voipbin/contracts/entity'
import { gatewayContract } from '@voipbin/contracts/gateway'
import { gatewayService } from '@voipbin/gateway'
import { loadConfig, type Platform, platformSettings, startPlatform } from '@voipbin/service-kit'
import { fakeService } from '@voipbin/test-kit'
import { z } from 'zod'
import { type BenchResult, conditions, printResult } from './report.ts'

const SOCKETS = 1000
const EVENTS = 100
const WARM_UP = 20
const SPACE_MS = 100
const P99_MS = 50
const MAX_OCTETS_A_SOCKET = 65_536
const customer_id = '11111111-1111-4111-8111-111111111111'
const time = '2026-01-01T00:00:00.000000Z'

const call = entity('call', { sent: z.string(), detail: z.string() }, { get: 'getCall' })
const callContract = defineContract({ service: 'call', events: { call_updated: event(call, { public: true }) }, methods: {}, api: {} })

type Latencies = { readonly count: number; readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number }

export async function benchWebsocket(): Promise<BenchResult> {
  const around = conditions({ sockets: SOCKETS, events: EVENTS, everyMs: SPACE_MS })
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  const bus = createLocalBus()
  const platform = await startGateway(bus, dataDir)
  const before = memory()
  const clients = fork(import.meta.filename, ['clients', platform.descriptions[0]?.replace('API ', '') ?? ''])
  try {
    await once(clients, 'message')
    const octetsASocket = (memory() - before) / SOCKETS
    await publishMany(bus, WARM_UP)
    await ask(clients)
    const cpu = process.cpuUsage()
    await publishMany(bus, EVENTS)
    const { user, system } = process.cpuUsage(cpu)
    const latencies = await ask(clients)
    return judge(around, latencies, { octetsASocket, cpuUsAFrame: (user + system) / (EVENTS * SOCKETS) })
  } finally {
    clients.disconnect()
    await once(clients, 'exit')
    await platform.close()
    await bus.close()
    rmSync(dataDir, { recursive: true })
  }
}

async function startGateway(bus: Bus, dataDir: string): Promise<Platform> {
  const off = Object.fromEntries(tiers.map((tier) => [`VOIPBIN_RATE_LIMIT_${tier}_RPS`, '0']))
  const env = { VOIPBIN_DATA_DIR: dataDir, VOIPBIN_HTTP_PORT: '0', VOIPBIN_LOG_LEVEL: 'error', ...off }
  await fakeService(bus, customerContract, {
    authenticateAccesskey: () => ({ id: customer_id, customer_id, customer_status: 'active', tm_expire: null }),
  })
  const contracts = [gatewayContract, customerContract, callContract]
  return startPlatform({ settings: loadConfig(platformSettings, env), env, services: [gatewayService], contracts, bus })
}

async function publishMany(bus: Bus, events: number): Promise<void> {
  for (let sequence = 1; sequence <= events; sequence++) {
    const id = crypto.randomUUID()
    const sent = String(process.hrtime.bigint())
    const data = { id, customer_id, sent, detail: 'x'.repeat(500), tm_create: time, tm_update: null, tm_delete: null, version: 1 }
    const about = { customer_id, resource_id: id, order_key: id, sequence, request_id: 'req_bench', trace: '' }
    await bus.publish([{ id, time, type: 'call_updated', publisher: 'call', ...about, data }])
    await wait(SPACE_MS)
  }
}

function memory(): number {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

async function ask(clients: ChildProcess): Promise<Latencies> {
  clients.send('latencies')
  const [latencies] = (await once(clients, 'message')) as [Latencies]
  return latencies
}

type Cost = { readonly octetsASocket: number; readonly cpuUsAFrame: number }

function judge(around: BenchResult['conditions'], { count, p50Ms, p99Ms, maxMs }: Latencies, cost: Cost): BenchResult {
  const lost = EVENTS * SOCKETS - count
  return {
    name: 'websocket',
    conditions: around,
    rows: {
      'fan-out': { p50Ms: round(p50Ms), p99Ms: round(p99Ms), maxMs: round(maxMs), lost },
      cost: { 'CPU µs a frame': round(cost.cpuUsAFrame), 'KB a socket': round(cost.octetsASocket / 1024) },
    },
    targets: [
      { name: `p99 of one event to ${SOCKETS} sockets, ms`, limit: `≤ ${P99_MS}`, measured: round(p99Ms), isMet: p99Ms <= P99_MS },
      { name: 'frames lost', limit: '= 0', measured: lost, isMet: lost === 0 },
      {
        name: 'memory a socket, KB',
        limit: `≤ ${MAX_OCTETS_A_SOCKET / 1024}`,
        measured: round(cost.octetsASocket / 1024),
        isMet: cost.octetsASocket <= MAX_OCTETS_A_SOCKET,
      },
    ],
  }
}

const round = (value: number) => Math.round(value * 10) / 10

/** The other process: sockets that read octets themselves, because they must cost less than what they measure. */
async function runClients(url: string): Promise<void> {
  let latenciesMs: number[] = []
  const record = (sent: bigint) => void latenciesMs.push(Number(process.hrtime.bigint() - sent) / 1e6)
  for (let opened = 0; opened < SOCKETS; opened += 50) await Promise.all(Array.from({ length: 50 }, () => subscribe(new URL(url), record)))
  process.on('message', () => {
    const sorted = latenciesMs.sort((one, other) => one - other)
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
    process.send?.({ count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) } satisfies Latencies)
    latenciesMs = []
  })
  await wait(500)
  process.send?.('ready')
  await once(process, 'disconnect')
  process.exit()
}

async function subscribe({ hostname, port }: URL, record: (sent: bigint) => void): Promise<void> {
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(
    `GET /v1.0/ws?accesskey=vb_bench HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(`Refused: ${answer.toString('latin1')}`)
  socket.write(textFrame(JSON.stringify({ type: 'subscribe', topics: [`customer_id:${customer_id}:call`] })))
  readEvents(socket, record)
}

/** Only the field is looked for; where it is cut in two, its beginning waits for the rest. */
function readEvents(socket: Socket, record: (sent: bigint) => void): void {
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    let end = 0
    for (const found of text.matchAll(/"sent":"(\d+)"/g)) {
      record(BigInt(found[1] ?? 0))
      end = found.index + found[0].length
    }
    text = text.slice(Math.max(end, text.length - LONGEST_FIELD))
  })
}
const LONGEST_FIELD = 40

/** RFC 6455 §5.2, masked with zeros. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

if (import.meta.main) {
  if (process.argv[2] === 'clients') await runClients(process.argv[3] ?? '')
  else printResult(await benchWebsocket())
}
