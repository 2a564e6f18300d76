/**
 * Measures the start of the whole platform in one process, as `npm start` does it: from the process's start until
 * `GET /health/ready` of its admin port answers "ok", and its memory then and a while later. Cold is without compiled
 * code and with an empty data folder, as the first start on a machine; warm is the next one. Run: `node bench/start.ts`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { services } from '../apps/voipbin/src/services.ts'
import { type BenchResult, conditions, printResult } from './report.ts'

type Start = { readonly readyMs: number; readonly cpuMs: number; readonly rssMb: number; readonly laterRssMb: number }
type Folders = { readonly data: string; readonly compiled: string }

const ROUNDS = 5
/** After this, what the start left as garbage has had its chance to go. */
const LATER_MS = 3000
const LIMIT_MS = 1200
const LIMIT_MB = 210

export async function benchStart(): Promise<BenchResult> {
  const around = conditions({ rounds: ROUNDS, services: Object.keys(services).length })
  const cold: Start[] = []
  const warm: Start[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const root = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
    const folders = { data: join(root, 'data'), compiled: join(root, 'compiled') }
    mkdirSync(folders.compiled)
    try {
      cold.push(await start(folders))
      await start(folders) // the cache is written when a process ends, for what it had loaded
      warm.push(await start(folders))
    } finally {
      rmSync(root, { recursive: true })
    }
  }
  const ready = middle(warm, 'readyMs')
  const idle = Math.max(...warm.map((each) => each.laterRssMb))
  return {
    name: 'start',
    conditions: around,
    rows: { cold: row(cold), warm: row(warm) },
    targets: [
      { name: 'ready after, ms (warm, middle)', limit: `≤ ${LIMIT_MS}`, measured: ready, isMet: ready <= LIMIT_MS },
      { name: 'resident memory when idle, MB (warm, largest)', limit: `≤ ${LIMIT_MB}`, measured: idle, isMet: idle <= LIMIT_MB },
    ],
  }
}

const row = (starts: readonly Start[]) => ({
  'ready, ms (middle)': middle(starts, 'readyMs'),
  'ready, ms (longest)': Math.max(...starts.map(({ readyMs }) => readyMs)),
  'processor time until then, ms (middle)': middle(starts, 'cpuMs'),
  'memory when ready, MB (middle)': middle(starts, 'rssMb'),
  'memory 3 s later, MB (middle)': middle(starts, 'laterRssMb'),
})

const middle = (starts: readonly Start[], figure: keyof Start): number =>
  starts.map((each) => each[figure]).sort((one, other) => one - other)[Math.floor(starts.length / 2)] ?? Number.NaN

async function start({ data, compiled }: Folders): Promise<Start> {
  const main = join(import.meta.dirname, '../apps/voipbin/src/main.ts')
  const { PATH } = process.env
  // Where the command keeps compiled code when nobody says otherwise.
  const env = { PATH, TMPDIR: compiled, VOIPBIN_DATA_DIR: data, VOIPBIN_HTTP_PORT: '0', VOIPBIN_LOG_LEVEL: 'warn' }
  const from = performance.now()
  const server = spawn(process.execPath, [main, 'start'], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  server.stderr?.on('data', (chunk: Buffer) => {
    said += chunk
  })
  try {
    await ready(server, join(data, 'admin.json'), () => said)
    const readyMs = Math.round(performance.now() - from)
    const [cpuMs, rssMb] = [cpuOf(server), rssOf(server)]
    await new Promise((resolve) => setTimeout(resolve, LATER_MS))
    return { readyMs, cpuMs, rssMb, laterRssMb: rssOf(server) }
  } finally {
    server.kill('SIGTERM')
    if (server.exitCode === null) await once(server, 'exit')
  }
}

async function ready(server: ChildProcess, adminFile: string, said: () => string): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`The server ended with ${server.exitCode}: ${said()}`)
    if (existsSync(adminFile) && (await isReady(adminFile))) return
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

async function isReady(adminFile: string): Promise<boolean> {
  try {
    const { url } = JSON.parse(readFileSync(adminFile, 'utf8')) as { url: string }
    const response = await fetch(`${url}/health/ready`)
    return response.ok && ((await response.json()) as { status: string }).status === 'ok'
  } catch {
    return false // the file is half written, or left by the start before
  }
}

/** Both kinds of time, which /proc counts in hundredths of a second: what a start costs whatever else the machine does. */
function cpuOf(server: ChildProcess): number {
  const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function rssOf(server: ChildProcess): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

if (import.meta.main) printResult(await benchStart())
