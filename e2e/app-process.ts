import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault, Order } from './faults.ts'

/** `product` is the program that users start; `faults` the same services and the probes, on a bus that has accidents to order. */
export type Entry = 'product' | 'faults'

export type ProcessPlan = {
  readonly name: string
  readonly services: readonly string[]
  readonly entry: Entry
  /** Its own: data, admin.json and log. */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** Of the gateway, where it runs one. The same after a restart, as clients expect. */
  readonly httpPort: number | undefined
}

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly afterMs: number }

/** One process of the platform, which can die and be started again. */
export type AppProcess = {
  readonly plan: ProcessPlan
  readonly pid: number | undefined
  readonly isRunning: boolean
  /** Where its admin port is, and the token for it. */
  readonly admin: { readonly url: string; readonly token: string }
  /** Resolves when it is ready, its HTTP port included. */
  start(): Promise<void>
  /** kill -9. Resolves when the process is gone. */
  kill(): Promise<void>
  /** SIGTERM. Resolves when the process has ended by itself. */
  terminate(): Promise<Exit>
  /** Resolves when it ends, whoever ended it. */
  ended(): Promise<Exit>
  /** Undefined takes the fault back. */
  arm(fault: Fault | undefined): Promise<void>
  duplicate(isOn: boolean): Promise<void>
  deafen(isOn: boolean): Promise<void>
  /** Its log lines of all its lives that are JSON. */
  logs(): Record<string, unknown>[]
}

const root = join(import.meta.dirname, '..')
const programs: Readonly<Record<Entry, readonly string[]>> = {
  product: [join(root, 'apps/voipbin/src/main.ts'), 'start'],
  faults: [join(import.meta.dirname, 'fault-app.ts')],
}
const READY_TIMEOUT_MS = 110_000
const POLL_MS = 40

const children = new Set<ChildProcess>()
// Whatever becomes of the test run, nothing of it goes on.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

export function createAppProcess(plan: ProcessPlan): AppProcess {
  const logFile = join(plan.folder, 'process.log')
  let child: ChildProcess | undefined
  let ending: Promise<Exit> = Promise.reject(new Error(`"${plan.name}" was never started`))
  ending.catch(() => undefined)
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null

  function admin(): { url: string; token: string } {
    const found = JSON.parse(readFileSync(join(plan.folder, 'admin.json'), 'utf8')) as { url: string; token: string; pid: number }
    if (found.pid !== child?.pid) throw new Error(`"${plan.name}" has not opened its admin port`)
    return found
  }

  async function isReady(): Promise<boolean> {
    try {
      const urls = [admin().url, ...(plan.httpPort === undefined ? [] : [`http://127.0.0.1:${plan.httpPort}`])]
      const answers = await Promise.all(urls.map((url) => fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3000) })))
      return answers.every(({ status }) => status === 200)
    } catch {
      return false
    }
  }

  async function start(): Promise<void> {
    if (isRunning()) throw new Error(`"${plan.name}" runs already`)
    child = launch(plan, logFile)
    ending = endOf(child)
    const deadline = performance.now() + READY_TIMEOUT_MS
    while (!(await isReady())) {
      if (!isRunning()) throw new Error(`"${plan.name}" ended before it was ready:\n${tailOf(logFile)}`)
      if (performance.now() > deadline) throw new Error(`"${plan.name}" is not ready:\n${tailOf(logFile)}`)
      await pause(POLL_MS)
    }
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Exit> {
    const since = performance.now()
    child?.kill(signal)
    return { ...(await ending), afterMs: performance.now() - since }
  }

  /** A process that dies meanwhile obeys nobody any more, which is as good. */
  async function order(given: Order): Promise<void> {
    const taken = new Promise<void>((resolve) => {
      child?.once('message', () => resolve())
      child?.send(given, () => undefined)
    })
    await Promise.race([taken, ending])
  }

  return {
    plan,
    start,
    get pid() {
      return isRunning() ? child?.pid : undefined
    },
    get isRunning() {
      return isRunning()
    },
    get admin() {
      return admin()
    },
    async kill() {
      if (isRunning()) await end('SIGKILL')
    },
    terminate: () => end('SIGTERM'),
    ended: () => ending,
    arm: (fault) => order({ arm: fault ?? null }),
    duplicate: (isOn) => order({ duplicate: isOn }),
    deafen: (isOn) => order({ deafen: isOn }),
    logs: () => jsonLines(readFileSync(logFile, 'utf8')),
  }
}

function launch({ folder, services, entry, env }: ProcessPlan, logFile: string): ChildProcess {
  mkdirSync(folder, { recursive: true })
  const log = openSync(logFile, 'a')
  const child = spawn(process.execPath, programs[entry], {
    cwd: root,
    env: { ...inherited(), ...env, VOIPBIN_DATA_DIR: folder, VOIPBIN_SERVICES: services.join() },
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  return child
}

function endOf(child: ChildProcess): Promise<Exit> {
  children.add(child)
  const since = performance.now()
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      children.delete(child)
      resolve({ code, signal, afterMs: performance.now() - since })
    })
  })
}

/** Of the test run's environment nothing but what any program needs: its own settings must not leak into the platform. */
function inherited(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR } = process.env
  // Where the program has it by itself: hundreds of processes compile what one has compiled before.
  return { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache') }
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Record<string, unknown>]
    } catch {
      return []
    }
  })
}

const TAIL_LINES = 40

export function tailOf(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-TAIL_LINES).join('\n')
}
