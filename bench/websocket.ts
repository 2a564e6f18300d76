/**
 * Measures the fan-out of events to WebSocket clients: from the bus in one process to 1 000 subscribed sockets in another, over loopback;
 * then with 2 000 open, and what each of them costs in memory. The gateway runs alone; the customer service that knows the access key is
 * faked. Run: `node --expose-gc bench/websocket.ts`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
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
const MANY = 2000
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
type Round = Latencies & { readonly sockets: number; readonly lost: number; readonly cpuUsAFrame: number; readonly systemUsAFrame: number }
/** What the process of the clients is told: to open more sockets, or to say what the last ones took. */
type Order = { readonly open: number } | { readonly latencies: true }

export async function benchWebsocket(): Promise<BenchResult> {
  const around = conditions({ sockets: `${SOCKETS}, then ${MANY}`, events: EVENTS, everyMs: SPACE_MS, octets: 700 })
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  const bus = createLocalBus()
  const platform = await startGateway(bus, dataDir)
  const clients = fork(import.meta.filename, ['clients', platform.descriptions[0]?.replace('API ', '') ?? ''])
  try {
    await once(clients, 'message')
    // What the first sockets load and compile is not what a socket costs.
    await tell(clients, { open: WARM_UP })
    await measure(bus, clients, WARM_UP, WARM_UP)
    const before = memory()
    await tell(clients, { open: SOCKETS - WARM_UP })
    await measure(bus, clients, SOCKETS, WARM_UP)
    const some = await measure(bus, clients, SOCKETS, EVENTS)
    await tell(clients, { open: MANY - SOCKETS })
    const octetsASocket = (memory() - before) / (MANY - WARM_UP)
    const many = await measure(bus, clients, MANY, EVENTS)
    return judge(around, [some, many], octetsASocket)
  } finally {
    clients.disconnect()
    await once(clients, 'exit')
    await platform.close()
    await bus.close()
    rmSync(dataDir, { recursive: true })
  }
}

async function measure(bus: Bus, clients: ChildProcess, sockets: number, events: number): Promise<Round> {
  const cpu = process.cpuUsage()
  await publishMany(bus, events)
  const { user, system } = process.cpuUsage(cpu)
  await wait(LAST_MS)
  const latencies = (await tell(clients, { latencies: true })) as Latencies
  const frames = events * sockets
  return { ...latencies, sockets, lost: frames - latencies.count, cpuUsAFrame: (user + system) / frames, systemUsAFrame: system / frames }
}

/** Until the last event has arrived, or will not. */
const LAST_MS = 500

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

async function tell(clients: ChildProcess, order: Order): Promise<unknown> {
  clients.send(order)
  return (await once(clients, 'message'))[0]
}

function judge(around: BenchResult['conditions'], rounds: readonly Round[], octetsASocket: number): BenchResult {
  const [some, many] = rounds
  const kilobytes = round(octetsASocket / 1024)
  const row = ({ p50Ms, p99Ms, maxMs, lost, cpuUsAFrame, systemUsAFrame }: Round) => ({
    ...{ 'p50, ms': round(p50Ms), 'p99, ms': round(p99Ms), 'longest, ms': round(maxMs), lost },
    ...{ 'CPU a frame, µs': round(cpuUsAFrame), 'of it in system calls, µs': round(systemUsAFrame) },
  })
  const p99Ms = round(some?.p99Ms ?? Number.NaN)
  const lost = rounds.reduce((sum, each) => sum + each.lost, 0)
  return {
    name: 'websocket',
    conditions: around,
    rows: Object.fromEntries(rounds.map((each) => [`${each.sockets} sockets`, row(each)])),
    targets: [
      { name: `p99 of one event to ${SOCKETS} sockets, ms`, limit: `≤ ${P99_MS}`, measured: p99Ms, isMet: p99Ms <= P99_MS },
      { name: `frames lost, to ${SOCKETS} and to ${many?.sockets}`, limit: '= 0', measured: lost, isMet: lost === 0 },
      {
        name: `memory a socket with ${MANY} open, KB`,
        limit: `≤ ${MAX_OCTETS_A_SOCKET / 1024}`,
        measured: kilobytes,
        isMet: octetsASocket <= MAX_OCTETS_A_SOCKET,
      },
    ],
  }
}

const round = (value: number) => Math.round(value * 10) / 10

/** The other process: sockets that read octets themselves, because they must cost less than what they measure. */
async function runClients(url: string): Promise<void> {
  let latenciesMs: number[] = []
  const record = (sent: bigint) => void latenciesMs.push(Number(process.hrtime.bigint() - sent) / 1e6)
  async function obey(order: Order): Promise<Latencies | 'opened'> {
    if ('open' in order) {
      for (let left = order.open; left > 0; left -= 50)
        await Promise.all(Array.from({ length: Math.min(50, left) }, () => subscribe(new URL(url), record)))
      await wait(LAST_MS)
      return 'opened'
    }
    const sorted = latenciesMs.sort((one, other) => one - other)
    latenciesMs = []
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
    return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }
  }
  process.on('message', async (order: Order) => process.send?.(await obey(order)))
  process.send?.('ready')
  await once(process, 'disconnect')
  process.exit()
}

/** All sockets read into this, one after the other, past the streams. */
const octets = Buffer.allocUnsafe(65_536)

function subscribe({ hostname, port }: URL, record: (sent: bigint) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let isOpen = false
  let rest = ''
  const socket = connect({
    ...{ host: hostname, port: Number(port) },
    onread: {
      buffer: octets,
      callback(length) {
        const text = rest + octets.toString('latin1', 0, length)
        if (isOpen) rest = readEvents(text, record)
        else if (text.startsWith('HTTP/1.1 101')) open()
        else reject(new Error(`Refused: ${text}`))
        return true
      },
    },
  })
  function open(): void {
    isOpen = true
    socket.write(textFrame(JSON.stringify({ type: 'subscribe', topics: [`customer_id:${customer_id}:call`] })))
    resolve()
  }
  socket.write(
    `GET /v1.0/ws?accesskey=vb_bench HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  )
  return promise
}

const FIELD = '"sent":"'
const FIELD_END = '"'

/** Only the field is looked for. @returns what may be the beginning of the next */
function readEvents(text: string, record: (sent: bigint) => void): string {
  for (let from = 0; ; ) {
    const at = text.indexOf(FIELD, from)
    if (at < 0) return text.slice(Math.max(from, text.length - FIELD.length))
    const end = text.indexOf(FIELD_END, at + FIELD.length)
    if (end < 0) return text.slice(at)
    record(BigInt(text.slice(at + FIELD.length, end)))
    from = end
  }
}

/** RFC 6455 §5.2, masked with zeros. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

if (import.meta.main) {
  if (process.argv[2] === 'clients') await runClients(process.argv[3] ?? '')
  else printResult(await benchWebsocket())
}
