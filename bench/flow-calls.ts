/**
 * Measures the main job: INVITE → flow → answer → 2 s of cached speech → hang-up → webhooks → timeline. All services in one process on
 * SQLite files and the local bus, with the embedded switch; callers (who send no RTP) and the customer's web server are processes of their
 * own. First one call after the other, then a steady rate, then many calls that talk at once. Run:
 * `node bench/flow-calls.ts [SECONDS] [CALLS_A_SECOND]`; a few seconds for a look only.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { between, type Tally } from './counting.ts'
import type { FlowLoadTold, FlowOrder } from './flow-load.ts'
import type { Received } from './flow-receiver.ts'
import type { ServerAsked, ServerReady, Summary, Usage } from './flow-server.ts'
import { type BenchResult, conditions, printResult, type Target } from './report.ts'

const PER_SECOND = 120
const SECONDS = 60
const WEBHOOKS = 6
const TALKING = 300
const MAX_P95_MS = 80
const MAX_IDLE_P95_MS = 20
const numbers = { short: '+899200000001', long: '+899200000002' } as const
const SETTLE_MS = 20_000

type Stage = { readonly name: string; readonly perSecond: number; readonly calls: number; readonly isProfiled?: boolean }
type Measured = {
  readonly told: FlowLoadTold
  readonly received: Received
  readonly before: Usage
  readonly after: Usage
  readonly seconds: number
  /** From the end of the last call until nothing was left to be done. */
  readonly settleMs: number
  readonly summary: Summary | undefined
}
type Rig = { readonly server: ChildProcess; readonly callers: ChildProcess; readonly receiver: ChildProcess; readonly ready: ServerReady }

async function answerOf<T>(child: ChildProcess, question?: unknown): Promise<T> {
  const answered = once(child, 'message')
  if (question !== undefined) child.send(question as object)
  return (await answered)[0] as T
}
const askServer = <T>({ server }: Rig, asked: ServerAsked): Promise<T> => answerOf<T>(server, asked)

async function withRig<T>(use: (rig: Rig) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  const start = (file: string, ...given: Parameters<typeof fork> extends [unknown, ...infer Rest] ? Rest : never) =>
    fork(join(import.meta.dirname, file), ...given)
  const receiver = start('flow-receiver.ts')
  const callers = start('flow-load.ts')
  const [port] = await Promise.all([answerOf<number>(receiver), answerOf(callers)])
  const env = {
    ...{
      PATH: process.env['PATH'],
      VOIPBIN_DATA_DIR: dataDir,
      VOIPBIN_HTTP_PORT: '0',
      VOIPBIN_SIP_UDP_PORT: '0',
      VOIPBIN_SIP_TCP_PORT: '0',
    },
    ...{ VOIPBIN_OUTBOUND_ALLOW: '127.0.0.0/8', VOIPBIN_SIP_ALLOWED_SOURCES: '127.0.0.1', VOIPBIN_RTP_PORT_FIRST: '40000' },
    ...{ VOIPBIN_RTP_PORT_LAST: '59999', VOIPBIN_LOG_LEVEL: process.env['VOIPBIN_LOG_LEVEL'] ?? 'info' },
  }
  const profiling = process.env['CPU_PROF_DIR'] ? ['--cpu-prof', `--cpu-prof-dir=${process.env['CPU_PROF_DIR']}`] : []
  // What it writes to its log is written, and read by nobody.
  const options = { env, execArgv: profiling, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] as const }
  const server = start('flow-server.ts', [`http://127.0.0.1:${port}/`], { ...options, stdio: [...options.stdio] })
  try {
    return await use({ server, callers, receiver, ready: await answerOf<ServerReady>(server) })
  } finally {
    if (server.connected) server.send('close')
    if (server.exitCode === null) await once(server, 'exit')
    callers.kill()
    receiver.kill()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function measure(rig: Rig, stage: Stage, order: Partial<FlowOrder> = {}): Promise<Measured> {
  const { callers, receiver, ready } = rig
  const { name, perSecond, calls } = stage
  await answerOf(receiver, 'tell')
  const before = await askServer<Usage>(rig, 'usage')
  if (stage.isProfiled) await askServer(rig, 'profile')
  const begin = performance.now()
  const told = await answerOf<FlowLoadTold>(callers, {
    ...{ to: ready.udp, number: numbers.short, prefix: `${name}-${process.pid}-${begin}-`.replaceAll(' ', ''), perSecond, calls },
    ...{ endedWithinMs: ready.spokenMs + 5_000, ...order },
  } satisfies FlowOrder)
  const ended = performance.now()
  const summary = stage.isProfiled ? await askServer<Summary>(rig, 'summary') : undefined
  const after = await settled(rig, before.ended + calls)
  const settleMs = performance.now() - ended
  return { told, before, after, summary, settleMs, seconds: (ended - begin) / 1_000, received: await answerOf<Received>(receiver, 'tell') }
}

/** When nothing is left to be done, or it takes too long. */
async function settled(rig: Rig, ended: number): Promise<Usage> {
  const deadline = performance.now() + SETTLE_MS
  for (;;) {
    const usage = await askServer<Usage>(rig, 'usage')
    if ((usage.waiting === 0 && usage.channels === 0 && usage.ended >= ended) || performance.now() > deadline) return usage
    await pause(200)
  }
}

const round = (value: number, digits = 1) => Math.round(value * 10 ** digits) / 10 ** digits
function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN)
}
const total = (earlier: Tally, later: Tally) => between(earlier, later).reduce((sum, { count }) => sum + count, 0)

/** Refused, unanswered, never ended by us, without its webhooks or not in the timeline. */
function failedOf({ told, received, before, after }: Measured): number {
  const { offered, ended } = told
  const unwritten = offered - (after.ended - before.ended)
  const untold = Math.max(0, offered - (received.byType['call_hangup'] ?? 0))
  return Math.max(offered - ended, unwritten, untold) + (after.dead - before.dead)
}

function row(measured: Measured): Record<string, number> {
  const { told, received, before, after, seconds, settleMs } = measured
  const { offered } = told
  const [mainMs, besideMs, othersMs] = [after.mainMs - before.mainMs, after.besideMs - before.besideMs, after.othersMs - before.othersMs]
  const statements = between(before.statements, after.statements)
  return {
    ...{
      calls: offered,
      failed: failedOf(measured),
      'refused by load': told.refused,
      'p50 INVITE→200, ms': at(told.answerMs, 0.5),
      'p95, ms': at(told.answerMs, 0.95),
    },
    ...{ 'p99, ms': at(told.answerMs, 0.99), 'longest, ms': at(told.answerMs, 1) },
    ...{ 'CPU a call, thread of calls, ms': round(mainMs / offered, 2), 'CPU a call, thread beside, ms': round(besideMs / offered, 2) },
    ...{ 'CPU a call, other threads, ms': round(othersMs / offered, 2) },
    ...{ 'calls a second one thread could do': round(offered / (mainMs / 1_000)), 'thread of calls busy, %': round(mainMs / seconds / 10) },
    'requests a call': round(total(before.requests, after.requests) / offered, 2),
    'events a call': round(total(before.published, after.published) / offered, 2),
    'events taken a call': round(total(before.delivered, after.delivered) / offered, 2),
    'SQL statements a call': round(total(before.statements, after.statements) / offered, 1),
    'commits a call': round((statements.find(({ name }) => name === 'commit')?.count ?? 0) / offered, 2),
    'SQL, ms a call': round(statements.reduce((sum, { ms }) => sum + ms, 0) / offered, 2),
    ...{ 'webhooks a call': round(received.requests / offered, 2), 'fewest of a call': received.fewest },
    ...{ 'webhook p95 after the change, ms': at(received.ageMs, 0.95), 'until all was done, ms': round(settleMs, 0) },
    ...{ 'CPU a call, callers, ms': round(told.cpuMs / offered, 2), 'CPU a call, web server, ms': round(received.cpuMs / offered, 2) },
    ...{ 'callers late max, ms': round(told.lateMaxMs), 'resident, MB': after.rssMb },
  }
}

const aCall = (earlier: Tally, later: Tally, calls: number, isTimed = false) =>
  Object.fromEntries(
    between(earlier, later).map(({ name, count, ms }) => [
      name,
      { 'a call': round(count / calls, 3), ...(isTimed ? { 'µs a call': Math.round((ms * 1_000) / calls) } : {}) },
    ]),
  )

function partsOf({ summary, before, after, told }: Measured): Record<string, Record<string, number>> {
  const msACall = (after.mainMs - before.mainMs) / told.offered
  const shares = (summary?.parts ?? []).filter(({ percent }) => percent >= 0.5)
  return Object.fromEntries(
    shares.map(({ name, percent }) => [name, { '%': round(percent), 'ms a call': round((percent / 100) * msACall, 3) }]),
  )
}

type Runs = { readonly idle: Measured; readonly steady: Measured; readonly profiled: Measured; readonly talking: Measured }

async function run(rig: Rig, seconds: number, perSecond: number): Promise<Runs> {
  await measure(rig, { name: 'warm-up', perSecond: perSecond / 2, calls: Math.min(5, seconds) * perSecond })
  const idle = await measure(rig, { name: 'idle', perSecond: 5, calls: 5 * Math.min(10, seconds) })
  const steady = await measure(rig, { name: 'steady', perSecond, calls: seconds * perSecond })
  const profiled = await measure(rig, { name: 'profiled', perSecond, calls: Math.min(10, seconds) * perSecond, isProfiled: true })
  // All begin within this, and are listened to while all of them talk.
  const beginMs = Math.min(8_000, 1_000 * seconds)
  const listens = { fromMs: beginMs + 1_000, toMs: Math.max(beginMs + 2_000, rig.ready.longSpokenMs - 1_000) }
  const talking = await measure(
    rig,
    { name: 'talking', perSecond: TALKING / (beginMs / 1_000), calls: TALKING },
    { number: numbers.long, endedWithinMs: rig.ready.longSpokenMs + 5_000, listens },
  )
  return { idle, steady, profiled, talking }
}

export async function benchFlowCalls(seconds = SECONDS, perSecond = PER_SECOND): Promise<BenchResult> {
  const around = conditions({
    seconds,
    'calls a second': perSecond,
    'calls that talk at once': TALKING,
    callers: 'one trunk, known by address',
  })
  const { runs, ready } = await withRig(async (rig) => ({ runs: await run(rig, seconds, perSecond), ready: rig.ready }))
  const { idle, steady, profiled, talking } = runs
  const { before, after } = steady
  return {
    name: 'flow-calls',
    conditions: { ...around, 'speech, ms': ready.spokenMs, 'long speech, ms': ready.longSpokenMs },
    rows: table({
      'one at a time (5 a second)': row(idle),
      [`${perSecond} a second`]: row(steady),
      [`${TALKING} talk at once`]: row(talking),
    }),
    details: {
      'RTP of those that talk at once': { ...talkRows(talking) },
      'Requests on the bus': aCall(before.requests, after.requests, steady.told.offered),
      'Events published': aCall(before.published, after.published, steady.told.offered),
      'Events taken': aCall(before.delivered, after.delivered, steady.told.offered),
      Webhooks: Object.fromEntries(
        Object.entries(steady.received.byType).map(([type, count]) => [type, { 'a call': round(count / steady.told.offered, 2) }]),
      ),
      'SQL statements': aCall(before.statements, after.statements, steady.told.offered, true),
      'CPU of the thread of calls, by what the code belongs to (profiled run)': partsOf(profiled),
      'By function': Object.fromEntries(
        (profiled.summary?.functions ?? []).slice(0, 40).map(({ name, percent }) => [name, { '%': round(percent) }]),
      ),
    },
    targets: targetsOf(runs, perSecond),
  }
}

/** A column a run: there are more figures than runs. */
function table(runs: Readonly<Record<string, Record<string, number>>>): Record<string, Record<string, number>> {
  const figures = [...new Set(Object.values(runs).flatMap((figuresOfRun) => Object.keys(figuresOfRun)))]
  return Object.fromEntries(
    figures.map((figure) => [
      figure,
      Object.fromEntries(Object.entries(runs).map(([name, values]) => [name, values[figure] ?? Number.NaN])),
    ]),
  )
}

const talkRows = ({ told: { rtp } }: Measured) =>
  Object.fromEntries(Object.entries(rtp ?? {}).map(([name, value]) => [name, { value: round(value) }]))

function targetsOf({ idle, steady, talking }: Runs, perSecond: number): Target[] {
  const most = (name: string, limit: number, measured: number): Target => ({
    name,
    limit: `≤ ${limit}`,
    measured,
    isMet: measured <= limit,
  })
  const { rtp } = talking.told
  return [
    { name: 'new calls a second', limit: `≥ ${PER_SECOND}`, measured: perSecond, isMet: perSecond >= PER_SECOND && failedOf(steady) === 0 },
    most('failed', 0, failedOf(steady) + failedOf(idle) + failedOf(talking)),
    most('p95 INVITE→200, ms', MAX_P95_MS, at(steady.told.answerMs, 0.95)),
    most('p95 INVITE→200 when idle, ms', MAX_IDLE_P95_MS, at(idle.told.answerMs, 0.95)),
    {
      ...{ name: 'webhooks of each call', limit: `≥ ${WEBHOOKS}`, measured: steady.received.fewest },
      isMet: steady.received.fewest >= WEBHOOKS,
    },
    { name: 'calls heard talking at once', limit: `≥ ${TALKING}`, measured: rtp?.streams ?? 0, isMet: (rtp?.streams ?? 0) >= TALKING },
    most('RTP that was late or lost', 0, (rtp?.late ?? 0) + (rtp?.lost ?? 0)),
  ]
}

if (import.meta.main) {
  const [seconds = SECONDS, perSecond = PER_SECOND] = process.argv.slice(2).map(Number)
  printResult(await benchFlowCalls(seconds, perSecond))
}
