/**
 * Measures call set-ups: INVITE, 200, ACK, BYE over UDP on loopback, callers and switch in processes of their own. `call` is a stand-in
 * that takes and answers at once, the caller a trunk known by its address. First what one process can do, then a steady 1 000 a second, then
 * twice the capacity, and last with ports really opened.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { LoadOrder, LoadResult } from './call-load.ts'
import { type BenchResult, conditions } from './report.ts'

type Usage = { readonly cpuMs: number; readonly rssMb: number; readonly channels: number }
type Row = LoadResult & { readonly name: string; readonly perSecond: number; readonly cpuMsPerCall: number; readonly channelsLeft: number }

const TARGET_PER_SECOND = 1_000
const MAX_CPU_MS = 0.6
const MIN_GOODPUT_SHARE = 0.5
const SECONDS = 5
const WINDOW = 64

/** Its log goes nowhere, at the cost of writing it. */
const start = (file: string, ...args: string[]): ChildProcess =>
  fork(join(import.meta.dirname, file), args, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
async function answerOf<T>(child: ChildProcess, question: unknown): Promise<T> {
  const answered = once(child, 'message')
  if (question !== undefined) child.send(question as object)
  const [answer] = await answered
  return answer as T
}

async function withSwitch<T>(
  kind: 'signalling' | 'media',
  use: (measure: (order: Omit<LoadOrder, 'to' | 'prefix'>, name: string) => Promise<Row>) => Promise<T>,
): Promise<T> {
  const server = start('call-server.ts', kind)
  const callers = start('call-load.ts')
  try {
    const [{ udp }] = await Promise.all([answerOf<{ udp: string }>(server, undefined), answerOf(callers, undefined)])
    let runs = 0
    return await use(async (order, name) => {
      const before = await answerOf<Usage>(server, 'usage')
      const result = await answerOf<LoadResult>(callers, { ...order, to: udp, prefix: `${kind}-${process.pid}-${++runs}-` })
      const after = await answerOf<Usage>(server, 'usage')
      const handled = Math.max(1, result.answered + result.refused)
      const cpuMsPerCall = Math.round(((after.cpuMs - before.cpuMs) / handled) * 1_000) / 1_000
      return { ...result, name, perSecond: Math.round(result.answered / result.seconds), cpuMsPerCall, channelsLeft: after.channels }
    })
  } finally {
    server.send('close')
    await once(server, 'exit')
    callers.kill()
  }
}

export async function benchCalls(): Promise<BenchResult> {
  const around = conditions({
    transport: 'UDP on loopback',
    media: 'none but in the last row',
    call: 'stand-in, answers at once',
    window: WINDOW,
  })
  const rows = await withSwitch('signalling', async (measure) => {
    await measure({ window: WINDOW, perSecond: 0, seconds: 2 }, 'warm-up')
    const most = await measure({ window: WINDOW, perSecond: 0, seconds: SECONDS }, 'as many as it can')
    const steady = await measure({ window: 0, perSecond: TARGET_PER_SECOND, seconds: SECONDS }, `${TARGET_PER_SECOND} a second`)
    const twice = await measure({ window: 0, perSecond: 2 * most.perSecond, seconds: SECONDS }, 'twice the capacity')
    return [most, steady, twice]
  })
  const [most, steady, twice] = rows
  const withPorts = await withSwitch('media', (measure) =>
    measure({ window: 0, perSecond: 200, seconds: SECONDS }, '200 a second with ports'),
  )
  const share = (twice?.perSecond ?? 0) / Math.max(1, most?.perSecond ?? 1)
  const left = [...rows, withPorts].reduce((total, { channelsLeft }) => total + channelsLeft, 0)
  return {
    name: 'calls',
    conditions: around,
    rows: Object.fromEntries([...rows, withPorts].map(({ name, ...row }) => [name, row])),
    targets: [
      target('set-ups a second', `>= ${TARGET_PER_SECOND}`, most?.perSecond ?? 0, (value) => value >= TARGET_PER_SECOND),
      target('CPU a call at the steady rate, ms', `<= ${MAX_CPU_MS}`, steady?.cpuMsPerCall ?? 0, (value) => value <= MAX_CPU_MS),
      target('failed at the steady rate', '0', (steady?.lost ?? 0) + (steady?.refused ?? 0), (value) => value === 0),
      target(
        'goodput at twice the capacity, share of it',
        `>= ${MIN_GOODPUT_SHARE}`,
        Math.round(share * 100) / 100,
        (value) => value >= MIN_GOODPUT_SHARE,
      ),
      target('channels left', '0', left, (value) => value === 0),
    ],
  }
}

const target = (name: string, limit: string, measured: number, meets: (value: number) => boolean) => ({
  name,
  limit,
  measured,
  isMet: meets(measured),
})
