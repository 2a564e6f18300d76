/**
 * Measures media on one worker: 400 calls of two that are forwarded, and 200, beside bare sockets doing the same in the same run; and bridges that
 * are mixed, one of 100 and twenty of 10, all talking. Phones and server are processes of their own. Run:
 * `node bench/media.ts relay|mix [SECONDS] [SHARE]`, SHARE of the load below 1 for a look only.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { LoadReply, LoadRequest } from './media-load.ts'
import type { Kind, ServerReply, ServerRequest } from './media-server.ts'
import { type BenchResult, conditions, printResult, type Target } from './report.ts'

const CALLS = 400
const ROUNDS = 3
const WARM_UP_MS = 3_000
const MAX_CPU_PER_CALL = 0.17
const MAX_OVER_BARE = 1.5
/** How late a turn of 20 ms may come, p99. */
const MAX_LATE_MS = 25
const MAX_LATE_AT_HALF_MS = 6
const MAX_BRIDGE_OF_100 = 20
const MAX_TWENTY_OF_10 = 35
const MAX_KB_A_LEG = 100
/** Legs and seconds of a run that tells what legs keep. */
const KEEPING = { phones: 400, seconds: 4 }
/** Garbage goes at once, which costs far too much time to measure anything else. */
const COLLECTING = ['--gc-interval=3000', '--gc-global', '--max-semi-space-size=1']
/** Beyond these the figures say nothing: the load was not there. */
const MAX_LOSS = 0.5
const MIN_LOAD = 99

type Setup = {
  readonly as: Kind
  readonly phones: number
  readonly group: number
  readonly seconds: number
  readonly isCollecting?: boolean
}
type Measured = {
  readonly cpuPercent: number
  readonly lossPercent: number
  /** Packets that were sent, of those that were due. */
  readonly loadPercent: number
  readonly lateP99Ms: number
  readonly lateMaxMs: number
  readonly kbPerLeg: number
  readonly loadLateMaxMs: number
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function ask<Reply>(child: ChildProcess, message: LoadRequest | ServerRequest): Promise<Reply> {
  const answer = once(child, 'message')
  child.send(message)
  return (await answer)[0] as Reply
}

async function measure({ as, phones, group, seconds, isCollecting = false }: Setup): Promise<Measured> {
  const load = fork(join(import.meta.dirname, 'media-load.ts'))
  const server = fork(join(import.meta.dirname, 'media-server.ts'), { execArgv: isCollecting ? COLLECTING : [] })
  const opened = await ask<Extract<LoadReply, { kind: 'opened' }>>(load, { kind: 'open', phones })
  const ready = await ask<Extract<ServerReply, { kind: 'opened' }>>(server, { kind: 'open', as, phonePorts: opened.ports, group })
  load.send({ kind: 'start', ports: ready.ports } satisfies LoadRequest)
  await pause(WARM_UP_MS)
  load.send({ kind: 'count' } satisfies LoadRequest)
  server.send({ kind: 'count' } satisfies ServerRequest)
  await pause(seconds * 1_000)
  const cost = await ask<Extract<ServerReply, { kind: 'counted' }>>(server, { kind: 'tell' })
  const counted = await ask<Extract<LoadReply, { kind: 'counted' }>>(load, { kind: 'stop' })
  server.send({ kind: 'stop' } satisfies ServerRequest)
  return {
    cpuPercent: cost.cpuPercent,
    loadPercent: (100 * counted.sent) / (phones * 50 * seconds),
    lossPercent: Math.max(0, 100 * (1 - counted.received / counted.sent)),
    ...{ lateP99Ms: cost.lateP99Ms, lateMaxMs: cost.lateMaxMs, loadLateMaxMs: counted.lateMaxMs },
    kbPerLeg: cost.memoryKb / phones,
  }
}

/** What a leg keeps of memory, without what lies about to be collected. */
async function keptTarget(as: 'relay' | 'mix', group: number): Promise<Target> {
  const { kbPerLeg } = await measure({ ...KEEPING, as, group, isCollecting: true })
  const measured = Math.round(kbPerLeg)
  return { name: 'kB a leg, without garbage', limit: `≤ ${MAX_KB_A_LEG}`, measured, isMet: measured <= MAX_KB_A_LEG }
}

const round = (value: number, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits

const row = (measured: Measured, legs: number) => ({
  'CPU, % of a core': round(measured.cpuPercent, 1),
  'CPU a leg, %': round(measured.cpuPercent / legs, 4),
  'load, %': round(measured.loadPercent, 1),
  'loss, %': round(measured.lossPercent, 3),
  'tick late p99, ms': measured.lateP99Ms,
  'late max, ms': round(measured.lateMaxMs, 1),
  'kB a leg, with garbage': Math.round(measured.kbPerLeg),
  'load late max, ms': round(measured.loadLateMaxMs, 1),
})

const middle = (runs: readonly Measured[]): Measured | undefined =>
  runs.toSorted((one, other) => one.cpuPercent - other.cpuPercent)[Math.floor(runs.length / 2)]

/** Whether the load of all runs was there, and came through. */
function loadTargets(runs: readonly Measured[]): readonly Target[] {
  const loss = round(Math.max(...runs.map(({ lossPercent }) => lossPercent)), 3)
  const load = round(Math.min(...runs.map(({ loadPercent }) => loadPercent)), 1)
  return [
    { name: 'loss, %', limit: `≤ ${MAX_LOSS}`, measured: loss, isMet: loss <= MAX_LOSS },
    { name: 'of the load that was due, %', limit: `≥ ${MIN_LOAD}`, measured: load, isMet: load >= MIN_LOAD },
  ]
}

/** Floor and engine take turns, so that what else the machine does meets both. */
async function relayRounds(calls: number, seconds: number): Promise<Readonly<Record<'bare' | 'relay', Measured>>> {
  const runs: Record<'bare' | 'relay', Measured[]> = { bare: [], relay: [] }
  for (let turn = 0; turn < ROUNDS; turn++) {
    for (const as of ['bare', 'relay'] as const) runs[as].push(await measure({ as, phones: 2 * calls, group: 2, seconds }))
  }
  const [bare, relay] = [middle(runs.bare), middle(runs.relay)]
  if (!bare || !relay) throw new Error('Cannot measure: no rounds')
  return { bare, relay }
}

export async function benchRelay(seconds = 10, share = 1): Promise<BenchResult> {
  const calls = Math.max(2, 2 * Math.round((CALLS * share) / 2))
  const around = conditions({ calls, seconds, rounds: ROUNDS, 'packet time, ms': 20, codec: 'PCMU', workers: 1 })
  const half = await relayRounds(calls / 2, seconds)
  const full = await relayRounds(calls, seconds)
  const rows = ({ bare, relay }: typeof full, of: number) => ({
    [`${of} calls, bare sockets`]: { ...row(bare, 2 * of), 'against bare': 1 },
    [`${of} calls, forwarded`]: { ...row(relay, 2 * of), 'against bare': round(relay.cpuPercent / bare.cpuPercent) },
  })
  const perCall = round(full.relay.cpuPercent / calls, 4)
  const overBare = round(full.relay.cpuPercent / full.bare.cpuPercent)
  const atMost = (name: string, limit: number, measured: number, unit = '') => ({
    ...{ name, limit: `≤ ${limit}${unit}`, measured, isMet: measured <= limit },
  })
  return {
    name: 'relay',
    conditions: around,
    rows: { ...rows(half, calls / 2), ...rows(full, calls) },
    targets: [
      ...loadTargets([half.bare, half.relay, full.bare, full.relay]),
      atMost('CPU of a forwarded call, % of a core', MAX_CPU_PER_CALL, perCall),
      atMost('against bare sockets', MAX_OVER_BARE, overBare, ' ×'),
      atMost(`turn late p99 at ${calls / 2} calls, ms`, MAX_LATE_AT_HALF_MS, half.relay.lateP99Ms),
      atMost(`turn late p99 at ${calls} calls, ms`, MAX_LATE_MS, full.relay.lateP99Ms),
      await keptTarget('relay', 2),
    ],
  }
}

export async function benchMix(seconds = 10, share = 1): Promise<BenchResult> {
  const around = conditions({ seconds, share, rounds: ROUNDS, 'packet time, ms': 20, codec: 'PCMU', workers: 1, talking: 'all' })
  const runs: Record<'bare' | 'hundred' | 'tens', Measured[]> = { bare: [], hundred: [], tens: [] }
  const [hundred, tens] = [Math.max(3, Math.round(100 * share)), 10 * Math.max(1, Math.round(20 * share))]
  for (let turn = 0; turn < ROUNDS; turn++) {
    runs.bare.push(await measure({ as: 'bare', phones: hundred, group: 2, seconds }))
    runs.hundred.push(await measure({ as: 'mix', phones: hundred, group: hundred, seconds }))
    runs.tens.push(await measure({ as: 'mix', phones: tens, group: 10, seconds }))
  }
  const [bare, one, twenty] = [middle(runs.bare), middle(runs.hundred), middle(runs.tens)]
  if (!bare || !one || !twenty) throw new Error('Cannot measure: no rounds')
  const target = (name: string, limit: number, { cpuPercent }: Measured) => ({
    ...{ name, limit: `≤ ${limit}`, measured: round(cpuPercent, 1), isMet: cpuPercent <= limit },
  })
  return {
    name: 'mix',
    conditions: around,
    rows: {
      [`${hundred} bare sockets, in pairs`]: row(bare, hundred),
      [`one bridge of ${hundred}`]: row(one, hundred),
      [`${tens / 10} bridges of 10`]: row(twenty, tens),
    },
    targets: [
      ...loadTargets([bare, one, twenty]),
      target('one bridge of 100, % of a core', MAX_BRIDGE_OF_100, one),
      target('twenty bridges of 10, % of a core', MAX_TWENTY_OF_10, twenty),
      await keptTarget('mix', 10),
    ],
  }
}

if (import.meta.main) {
  const [name, seconds, share] = process.argv.slice(2)
  printResult(await (name === 'mix' ? benchMix : benchRelay)(Number(seconds ?? 10), Number(share ?? 1)))
}
