/**
 * Sums up a CPU profile by what the code belongs to. Run: `node bench/cpu-profile.ts FILE.cpuprofile [LINES]`, of a file that
 * `node --cpu-prof` wrote.
 */
import { readFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'

export type Share = { readonly name: string; readonly percent: number }
export type Summary = {
  /** Of the time that the thread was busy. */
  readonly parts: readonly Share[]
  readonly functions: readonly Share[]
  readonly busyMs: number
}

type Frame = Profiler.ProfileNode['callFrame']
const IDLE = new Set(['(idle)', '(root)'])
/** The profiler itself, when it is asked. */
const isProfiler = ({ url }: Frame) => url.startsWith('node:inspector')

/** By self time, most first. */
export function summarise({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Summary {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const [parts, functions] = [new Map<string, number>(), new Map<string, number>()]
  let busy = 0
  samples.forEach((id, index) => {
    const frame = frames.get(id)
    if (!frame || IDLE.has(frame.functionName) || isProfiler(frame)) return
    const microseconds = timeDeltas[index] ?? 0
    busy += microseconds
    add(parts, partOf(frame), microseconds)
    add(functions, `${frame.functionName || '(anonymous)'} ${placeOf(frame)}`, microseconds)
  })
  const shares = (times: ReadonlyMap<string, number>): Share[] =>
    [...times].map(([name, time]) => ({ name, percent: (100 * time) / busy })).sort((one, other) => other.percent - one.percent)
  return { parts: shares(parts), functions: shares(functions), busyMs: busy / 1000 }
}

const add = (times: Map<string, number>, name: string, time: number) => times.set(name, (times.get(name) ?? 0) + time)

/** `services/call`, `packages/sql`, `zod`, `node:dgram`; what is built in by its own name, such as `parse` of JSON. */
function partOf({ url, functionName }: Frame): string {
  const own = /\/((?:services|packages|apps)\/[^/]+)\//.exec(url)?.[1]
  const foreign = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
  if (foreign) return foreign
  if (own) return own
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/')
  return url === '' ? `built in: ${functionName}` : (url.split('/').at(-1) ?? url)
}

const placeOf = ({ url, lineNumber }: Frame) => (url === '' ? '' : `${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`)

if (import.meta.main) {
  const [file = '', lines = '40'] = process.argv.slice(2)
  const { parts, functions, busyMs } = summarise(JSON.parse(readFileSync(file, 'utf8')) as Profiler.Profile)
  console.log(`busy: ${Math.round(busyMs)} ms`)
  for (const list of [parts, functions]) {
    console.log('')
    for (const { name, percent } of list.slice(0, Number(lines))) console.log(`${percent.toFixed(1).padStart(6)} %  ${name}`)
  }
}
