import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../free-ports.ts'

export type SippOptions = {
  /** The scenario's steps: what stands between `<scenario>` and `</scenario>`. */
  readonly scenario: string
  /** `127.0.0.1:5060`; a scenario that begins by receiving needs none. */
  readonly target?: string
  readonly transport?: 'UDP' | 'TCP'
  /** `[service]` in the scenario: the user that is called. */
  readonly service?: string
  readonly calls?: number
  /** Values of `[name]` in the scenario. */
  readonly keys?: Readonly<Record<string, string>>
  readonly username?: string
  readonly password?: string
  /** Sends back the RTP that it gets. */
  readonly isEcho?: boolean
  readonly timeoutSeconds?: number
  readonly port?: number
}

export type SippResult = {
  /** 0: every call went as the scenario says. */
  readonly code: number | null
  /** Messages that it sent and received, with times. */
  readonly messages: string
  /** What was unexpected. */
  readonly errors: string
}

/** SIPp at work on one scenario. */
export type Sipp = {
  /** `127.0.0.1:port` */
  readonly address: string
  readonly result: Promise<SippResult>
  /** Rejects with messages and errors unless every call went as the scenario says. */
  succeeded(): Promise<SippResult>
  kill(): void
}

/** SIPp echoes the RTP of a port and of the one two above. */
const MEDIA_PORTS = 4
const STARTED_MS = 300

export async function startSipp(options: SippOptions): Promise<Sipp> {
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-sipp-'))
  const port = options.port ?? (await freePorts(2))
  const mediaPort = await freePorts(MEDIA_PORTS)
  const file = join(folder, 'scenario.xml')
  writeFileSync(file, `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="s">\n${options.scenario}\n</scenario>\n`)
  const child = spawn('sipp', parameters(options, { folder, file, port, mediaPort }), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let screen = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (screen += String(chunk)))
  const result = finish(child, folder, () => screen)
  // A server is ready when its socket is bound, of which it says nothing.
  if (options.target === undefined) await new Promise((resolve) => setTimeout(resolve, STARTED_MS))
  return {
    address: `127.0.0.1:${port}`,
    result,
    async succeeded() {
      const ended = await result
      if (ended.code !== 0) throw new Error(`SIPp ended with ${ended.code}:\n${ended.errors}\n${ended.messages}`)
      return ended
    },
    kill: () => child.kill('SIGKILL'),
  }
}

type Places = { readonly folder: string; readonly file: string; readonly port: number; readonly mediaPort: number }

function parameters(options: SippOptions, { folder, file, port, mediaPort }: Places): readonly string[] {
  const { target, transport = 'UDP', service = 'service', calls = 1, keys = {}, timeoutSeconds = 20 } = options
  const { username, password, isEcho } = options
  return [
    ...(target === undefined ? [] : [target]),
    ...[
      '-sf',
      file,
      '-s',
      service,
      '-m',
      String(calls),
      '-i',
      '127.0.0.1',
      '-p',
      String(port),
      '-mi',
      '127.0.0.1',
      '-mp',
      String(mediaPort),
    ],
    ...['-t', transport === 'TCP' ? 't1' : 'u1', '-nostdin', '-timeout', `${timeoutSeconds}s`, '-timeout_error'],
    ...['-trace_msg', '-message_file', join(folder, 'messages.log'), '-trace_err', '-error_file', join(folder, 'errors.log')],
    ...(username === undefined ? [] : ['-au', username]),
    ...(password === undefined ? [] : ['-ap', password]),
    ...(isEcho ? ['-rtp_echo'] : []),
    ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, value]),
  ]
}

function finish(child: ChildProcess, folder: string, screen: () => string): Promise<SippResult> {
  return new Promise((resolve) => {
    child.once('close', (code) => {
      const read = (name: string) => (readdirSync(folder).includes(name) ? readFileSync(join(folder, name), 'latin1') : '')
      const errors = read('errors.log') || (code === 0 ? '' : screen().slice(-2_000))
      resolve({ code, messages: read('messages.log'), errors })
      rmSync(folder, { recursive: true, force: true })
    })
  })
}
