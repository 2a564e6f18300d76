/**
 * Measures call set-ups: INVITE, 200, ACK, BYE over UDP on loopback, callers and switch in processes of their own. `call` is a stand-in
 * that takes and answers at once, the caller a trunk known by its address. First what one process can do, then a steady 1 000 a second for
 * a minute, then twice the capacity, and last with ports really opened. In the end nothing may be left of any of them. Run alone:
 * `node bench/calls.ts [SECONDS]`, fewer than 60 for a look only.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadOrder, LoadResult } from './call-load.ts'
import type { Usage } from './call-server.ts'
import { type BenchResult, conditions, printResult, type Target } from './report.ts'

type Row = LoadResult & {
  readonly name: string
  readonly perSecond: number
  readonly cpuMsPerCall: number
  readonly rssMb: number
  readonly channelsLeft: number
}
type Measure = (order: Omit<LoadOrder, 'to' | 'prefix'>, name: string) => Promise<Row>
type Left = {
  readonly rows: readonly Row[]
  readonly channelsLeft: number
  readonly drainedAfterS: number
  readonly held: readonly string[]
}

const TARGET_PER_SECOND = 1_000
const MAX_CPU_MS = 0.6
const MIN_GOODPUT_SHARE = 0.8
const MAX_REFUSAL_MS = 200
const STEADY_SECONDS = 60
const SECONDS = 5
const WINDOW = 64
/** 10 000 in 20 s. A port rests for 10 s after each call, so a second takes a tenth of all pairs at most: the default range has 5 000. */
const PORTS_PER_SECOND = 500
/** A 200 that nobody acknowledges is given up after 32 s: callers stop listening while calls are still being answered. */
const DRAIN_MS = 35_000
/** Its BYE, which nobody answers either, takes as long again, and so do the timers that absorb repeats. */
const SETTLE_MS = 70_000

/** Its log goes nowhere, at the cost of writing it. */
const start = (file: string, ...args: string[]): ChildProcess =>
  fork(join(import.meta.dirname, file), args, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
async function answerOf<T>(child: ChildProcess, question: unknown): Promise<T> {
  const answered = once(child, 'message')
  if (question !== undefined) child.send(question as object)
  const [answer] = await answered
  return answer as T
}

async function withSwitch(kind: 'signalling' | 'media', use: (measure: Measure) => Promise<readonly Row[]>): Promise<Left> {
  const server = start('call-server.ts', kind)
  const callers = start('call-load.ts')
  const usage = () => answerOf<Usage>(server, 'usage')
  try {
    const [{ udp }] = await Promise.all([answerOf<{ udp: string }>(server, undefined), answerOf(callers, undefined)])
    const idle = await usage()
    let runs = 0
    const rows = await use(async (order, name) => {
      const before = await usage()
      const result = await answerOf<LoadResult>(callers, { ...order, to: udp, prefix: `${kind}-${process.pid}-${++runs}-` })
      const after = await usage()
      const handled = Math.max(1, result.answered + result.refused)
      const cpuMsPerCall = Math.round(((after.cpuMs - before.cpuMs) / handled) * 1_000) / 1_000
      const perSecond = Math.round(result.answered / result.seconds)
      return { ...result, name, perSecond, cpuMsPerCall, rssMb: Math.round(after.rssMb), channelsLeft: after.channels }
    })
    const from = performance.now()
    const drained = await until(usage, ({ channels }) => channels === 0, DRAIN_MS)
    const drainedAfterS = Math.round((performance.now() - from) / 100) / 10
    const settled = await until(usage, ({ held }) => more(held, idle.held).length === 0, SETTLE_MS)
    return { rows, channelsLeft: drained.channels, drainedAfterS, held: more(settled.held, idle.held) }
  } finally {
    server.send('close')
    await once(server, 'exit')
    callers.kill()
  }
}

async function until(usage: () => Promise<Usage>, isDone: (usage: Usage) => boolean, ms: number): Promise<Usage> {
  const end = performance.now() + ms
  for (;;) {
    const now = await usage()
    if (isDone(now) || performance.now() >= end) return now
    await sleep(500)
  }
}

/** A timer or two come and go with what a process does by itself. */
const TOLERATED_TIMERS = 3

function more(held: Usage['held'], before: Usage['held']): readonly string[] {
  const tolerated = (name: string) => (name === 'timers' ? TOLERATED_TIMERS : 0)
  return Object.entries(held).flatMap(([name, count]) => {
    const extra = count - (before[name] ?? 0)
    return extra > tolerated(name) ? [`${extra} ${name}`] : []
  })
}

export async function benchCalls(steadySeconds = STEADY_SECONDS): Promise<BenchResult> {
  const around = conditions({
    ...{ transport: 'UDP on loopback', media: 'none, but ports where it is said', call: 'stand-in, answers at once' },
    ...{ window: WINDOW, steadySeconds, 'pairs of ports': 10_000, 'rest of a port, s': 10 },
  })
  const signalling = await withSwitch('signalling', async (measure) => {
    await measure({ window: WINDOW, perSecond: 0, seconds: 3 }, 'warm-up')
    const most = await measure({ window: WINDOW, perSecond: 0, seconds: SECONDS }, 'as many as it can')
    const steady = await measure({ window: 0, perSecond: TARGET_PER_SECOND, seconds: steadySeconds }, `${TARGET_PER_SECOND} a second`)
    const twice = await measure({ window: 0, perSecond: 2 * most.perSecond, seconds: 2 * SECONDS }, 'twice the capacity')
    return [most, steady, twice]
  })
  const withPorts = await withSwitch('media', async (measure) => {
    await measure({ window: WINDOW, perSecond: 0, seconds: 3 }, 'warm-up')
    const slow = await measure({ window: 0, perSecond: 200, seconds: SECONDS }, '200 a second with ports')
    const steady = await measure(
      { window: 0, perSecond: PORTS_PER_SECOND, seconds: steadySeconds / 3 },
      `${PORTS_PER_SECOND} a second with ports`,
    )
    return [slow, steady]
  })
  const rows = [...signalling.rows, ...withPorts.rows]
  return {
    name: 'calls',
    conditions: around,
    rows: Object.fromEntries(rows.map(({ name, ...row }) => [name, row])),
    targets: [...speedTargets(signalling.rows), ...leftTargets('signalling', signalling), ...leftTargets('with ports', withPorts)],
  }
}

function speedTargets([most, steady, twice]: readonly Row[]): readonly Target[] {
  if (!most || !steady || !twice) throw new Error('Cannot judge: a row is missing')
  const share = Math.round((100 * twice.perSecond) / Math.max(1, most.perSecond)) / 100
  return [
    target('set-ups a second', `>= ${TARGET_PER_SECOND}`, most.perSecond, (value) => value >= TARGET_PER_SECOND),
    target('CPU a call at the steady rate, ms', `<= ${MAX_CPU_MS}`, steady.cpuMsPerCall, (value) => value <= MAX_CPU_MS),
    target('failed at the steady rate', '0', steady.lost + steady.refused, (value) => value === 0),
    target('goodput at twice the capacity, share of it', `>= ${MIN_GOODPUT_SHARE}`, share, (value) => value >= MIN_GOODPUT_SHARE),
    target('without an answer at twice the capacity', '0', twice.lost, (value) => value === 0),
    target('refusal at twice the capacity p99, ms', `< ${MAX_REFUSAL_MS}`, twice.refusedP99Ms, (value) => value < MAX_REFUSAL_MS),
    target('refusals that are no 503 with Retry-After', '0', most.rude + steady.rude + twice.rude, (value) => value === 0),
  ]
}

const leftTargets = (name: string, { channelsLeft, drainedAfterS, held }: Left): readonly Target[] => [
  target(`channels left, ${name}, after ${drainedAfterS} s`, '0', channelsLeft, (value) => value === 0),
  target(`left open, ${name}: ${held.join(', ') || 'nothing'}`, '0', held.length, (value) => value === 0),
]

const target = (name: string, limit: string, measured: number, meets: (value: number) => boolean): Target => ({
  ...{ name, limit, measured, isMet: meets(measured) },
})

if (import.meta.main) printResult(await benchCalls(Number(process.argv[2] ?? STEADY_SECONDS)))
