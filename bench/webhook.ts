/**
 * Measures webhooks: events handed to the bus at a steady rate, each a delivery to a receiver in another process, from
 * publish to arrival; first alone, then while receivers of other customers hang; then as fast as they go. One process with
 * the webhook service on SQLite files, its neighbours faked. Run: `node bench/webhook.ts [SECONDS]`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, createLocalBus } from '@voipbin/bus'
import { defineContract, event } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { entity } from '@voipbin/contracts/entity'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { webhookContract } from '@voipbin/contracts/webhook'
import { loadConfig, type Platform, platformSettings, startPlatform } from '@voipbin/service-kit'
import { fakeService } from '@voipbin/test-kit'
import { webhookService } from '@voipbin/webhook'
import { z } from 'zod'
import { type BenchResult, conditions, printResult } from './report.ts'

const PER_SECOND = 500
/** Customers whose receivers take connections and never answer, and events a second for all of them. */
const HANGING = 4
const HANGING_PER_SECOND = 100
const RESOURCES = 200
const BURST = 5000
const WARM_UP_SECONDS = 3
const P99_MORE_MS = 10

const customer_id = '11111111-1111-4111-8111-111111111111'
const hangingIds = Array.from({ length: HANGING }, (_, n) => `22222222-2222-4222-8222-${String(n).padStart(12, '0')}`)

const call = entity('call', { detail: z.string() }, { get: 'getCall' })
const callContract = defineContract({ service: 'call', events: { call_updated: event(call, { public: true }) }, methods: {}, api: {} })

type Run = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number; readonly cpuUs: number }

export async function benchWebhook(seconds = 10): Promise<BenchResult> {
  const around = conditions({
    seconds,
    perSecond: PER_SECOND,
    hanging: HANGING,
    hangingPerSecond: HANGING_PER_SECOND,
    resources: RESOURCES,
  })
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  const receivers = fork(import.meta.filename, ['receivers'])
  const bus = createLocalBus()
  try {
    const [ports] = (await once(receivers, 'message')) as [{ well: number; hanging: number }]
    await fakeService(bus, customerContract, {
      getWebhookSettings: ({ id }: { id: string }) => {
        const port = id === customer_id ? ports.well : ports.hanging
        return { id, webhook_uri: `http://127.0.0.1:${port}/`, webhook_method: 'POST', webhook_secret: 'whsec_c2VjcmV0' }
      },
    })
    const platform = await start(bus, dataDir)
    await measure(bus, receivers, steady(PER_SECOND, WARM_UP_SECONDS))
    const alone = await measure(bus, receivers, steady(PER_SECOND, seconds))
    const noise = steady(HANGING_PER_SECOND, WARM_UP_SECONDS + seconds)
    const hanging = publish(bus, noise, (n) => hangingIds[n % HANGING] ?? '')
    await measure(bus, receivers, steady(PER_SECOND, WARM_UP_SECONDS))
    const beside = await measure(bus, receivers, steady(PER_SECOND, seconds))
    await hanging
    const burst = await measure(bus, receivers, { events: BURST, perTick: 100, tickMs: 0 })
    await stop(platform, bus, receivers)
    return result(around, { alone, beside, burst })
  } finally {
    receivers.kill()
    rmSync(dataDir, { recursive: true })
  }
}

function result(around: BenchResult['conditions'], runs: Readonly<Record<'alone' | 'beside' | 'burst', Run>>): BenchResult {
  const row = ({ perSecond, p50Ms, p99Ms, maxMs, cpuUs }: Run) => ({
    'deliveries per second': Math.round(perSecond),
    ...{ 'p50, ms': round(p50Ms), 'p99, ms': round(p99Ms), 'longest, ms': round(maxMs), 'CPU a delivery, µs': Math.round(cpuUs) },
  })
  const { alone, beside, burst } = runs
  const moreMs = round(beside.p99Ms - alone.p99Ms)
  // The last of them still travels when the clock stops: two hundredths are not a shortfall.
  const isReached = beside.perSecond >= PER_SECOND * 0.98
  return {
    name: 'webhook',
    conditions: around,
    rows: { alone: row(alone), 'beside hanging receivers': row(beside), [`${BURST} at once`]: row(burst) },
    targets: [
      {
        name: 'deliveries per second beside hanging receivers',
        limit: `≥ ${PER_SECOND}`,
        measured: Math.round(beside.perSecond),
        isMet: isReached,
      },
      { name: 'p99 beside hanging receivers − alone, ms', limit: `≤ ${P99_MORE_MS}`, measured: moreMs, isMet: moreMs <= P99_MORE_MS },
    ],
  }
}

const round = (value: number) => Math.round(value * 100) / 100

function start(bus: Bus, dataDir: string): Promise<Platform> {
  const env = {
    ...{ VOIPBIN_SQL_URL: 'sqlite:', VOIPBIN_DATA_DIR: dataDir, VOIPBIN_LOG_LEVEL: 'error' },
    VOIPBIN_OUTBOUND_ALLOW: '127.0.0.0/8',
  }
  const contracts = [webhookContract, customerContract, callContract]
  return startPlatform({ settings: loadConfig(platformSettings, env), env, services: [webhookService], contracts, bus })
}

/** The hanging ones first: stopping would wait for them. */
async function stop(platform: Platform, bus: Bus, receivers: ChildProcess): Promise<void> {
  receivers.kill()
  await once(receivers, 'exit')
  await platform.close()
  await bus.close()
}

type Load = { readonly events: number; readonly perTick: number; readonly tickMs: number }
const steady = (perSecond: number, seconds: number): Load => ({ events: perSecond * seconds, perTick: perSecond / 100, tickMs: 10 })

/** Publishes and waits until the receiver has got them all. */
async function measure(bus: Bus, receivers: ChildProcess, load: Load): Promise<Run> {
  receivers.send({ expect: load.events })
  const cpu = process.cpuUsage()
  const from = performance.now()
  const [, [latencies]] = (await Promise.all([publish(bus, load, () => customer_id), once(receivers, 'message')])) as [unknown, [number[]]]
  const elapsedMs = performance.now() - from
  const { user, system } = process.cpuUsage(cpu)
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(Math.floor(latencies.length * share), latencies.length - 1)] ?? Number.NaN
  const cpuUs = (user + system) / load.events
  return { perSecond: (load.events / elapsedMs) * 1000, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), cpuUs }
}

/** By deadline, not by pause: a tick that comes late publishes what it missed. */
async function publish(bus: Bus, { events, perTick, tickMs }: Load, whose: (n: number) => string): Promise<void> {
  const from = performance.now()
  const taken: Promise<void>[] = []
  for (let n = 0, tick = 0; n < events; tick++) {
    const batch = Array.from({ length: Math.min(perTick, events - n) }, () => anEvent(whose(n), n++))
    taken.push(bus.publish(batch))
    const pauseMs = from + (tick + 1) * tickMs - performance.now()
    await new Promise((resolve) => (pauseMs > 0 ? setTimeout(resolve, pauseMs) : setImmediate(resolve)))
  }
  await Promise.all(taken)
}

const nowMs = () => performance.timeOrigin + performance.now()

function anEvent(whose: string, n: number): EventEnvelope {
  const time = '2026-01-01T00:00:00.000000Z'
  // Of the hanging each is a resource of its own: what stands behind another would make no request.
  const id = whose === customer_id ? `33333333-3333-4333-8333-${String(n % RESOURCES).padStart(12, '0')}` : crypto.randomUUID()
  const data = {
    id,
    customer_id: whose,
    detail: `${nowMs()}`,
    text: 'x'.repeat(300),
    tm_create: time,
    tm_update: null,
    tm_delete: null,
    version: n + 1,
  }
  return {
    ...{ id: crypto.randomUUID(), time, type: 'call_updated', publisher: 'call', customer_id: whose, resource_id: id, order_key: id },
    ...{ sequence: n + 1, request_id: 'req_bench', trace: '', data },
  }
}

/* The other side. */

function runReceivers(): void {
  let expected = 0
  let latencies: number[] = []
  process.on('message', (message: { expect: number }) => {
    expected = message.expect
    latencies = []
  })
  const well = http.createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    latencies.push(nowMs() - Number((JSON.parse(text) as { data: { detail: string } }).data.detail))
    response.end('ok')
    if (latencies.length === expected) process.send?.(latencies)
  })
  const hanging = http.createServer((request) => void request.resume())
  well.listen(0, '127.0.0.1', () =>
    hanging.listen(0, '127.0.0.1', () => {
      process.send?.({ well: (well.address() as AddressInfo).port, hanging: (hanging.address() as AddressInfo).port })
    }),
  )
}

if (process.argv[2] === 'receivers') runReceivers()
else if (import.meta.main) printResult(await benchWebhook(Number(process.argv[2] ?? 10)))
