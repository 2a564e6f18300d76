import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readWav, SAMPLE_RATE_HZ, toneSource, writeWav } from '@voipbin/phone'
import { freePorts } from '../../free-ports.ts'

/** An event of baresip's `ctrl_tcp`, such as `CALL_ESTABLISHED`. */
export type BaresipEvent = { readonly type: string; readonly param?: string; readonly id?: string }

export type BaresipOptions = {
  readonly user?: string
  /** Parameters of its account, `;auth_pass=secret;regint=60`. */
  readonly account?: string
  /** Domain and port of its account. Default: itself. */
  readonly domain?: string
  /** What it says. Default 600. */
  readonly toneHz?: number
}

/** A softphone that is not ours, headless. */
export type Baresip = {
  /** `sip:user@127.0.0.1:port` */
  readonly address: string
  readonly events: readonly BaresipEvent[]
  /** A command of its menu: `dial`, `hangup`, `accept`, `hold`, `resume`, `sndcode`. */
  command(name: string, params?: string): Promise<void>
  /** The first event of this type, past or to come. @throws Error when it did not come in time */
  event(type: string, timeoutMs?: number): Promise<BaresipEvent>
  /** Waits for what it writes: it registers before it takes commands, and tells no event of that. @throws Error when it did not come in time */
  said(pattern: RegExp, timeoutMs?: number): Promise<void>
  /** What it heard in its last call, once that is over. */
  heard(): Int16Array
  close(): Promise<void>
}

const START_MS = 5_000
const CALL_MS = 10_000

export async function startBaresip(options: BaresipOptions = {}): Promise<Baresip> {
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-baresip-'))
  const sipPort = await freePorts(2)
  const controlPort = await freePorts()
  const address = writeConfig(folder, { sipPort, controlPort, rtpPort: await freePorts(20) }, options)
  const child = spawn('baresip', ['-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)))
  try {
    const control = await connectControl(controlPort, child)
    const events = new BaresipEvents(control, () => log)
    return {
      ...{ address, events: events.log },
      event: (type, timeoutMs = CALL_MS) => events.until(type, timeoutMs),
      command: (name, params) => events.command(name, params),
      said: (pattern, timeoutMs = CALL_MS) => untilSaid(() => log, pattern, timeoutMs),
      heard: () => readHeard(folder),
      async close() {
        control.destroy()
        await end(child)
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await end(child)
    rmSync(folder, { recursive: true, force: true })
    throw new Error(`Cannot start baresip: it said "${log.trim()}"`, { cause: error })
  }
}

async function untilSaid(said: () => string, pattern: RegExp, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs
  while (!pattern.test(said())) {
    if (performance.now() > until) throw new Error(`baresip did not say ${pattern} but "${said().slice(-2_000)}"`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

type Ports = { readonly sipPort: number; readonly controlPort: number; readonly rtpPort: number }

/** @returns its address */
function writeConfig(folder: string, { sipPort, controlPort, rtpPort }: Ports, options: BaresipOptions): string {
  const { user = 'bare', account = ';regint=0', domain = `127.0.0.1:${sipPort}`, toneHz = 600 } = options
  const samples = new Int16Array(30 * SAMPLE_RATE_HZ)
  toneSource([toneHz]).read(samples)
  writeFileSync(join(folder, 'said.wav'), writeWav(samples, SAMPLE_RATE_HZ))
  writeFileSync(join(folder, 'accounts'), `<sip:${user}@${domain}>${account};audio_codecs=pcmu,pcma\n`)
  const lines = [
    `module_path ${MODULES}`,
    `sip_listen 127.0.0.1:${sipPort}`,
    'net_interface 127.0.0.1',
    `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
    `rtp_ports ${rtpPort}-${rtpPort + 19}`,
    `audio_source aufile,${join(folder, 'said.wav')}`,
    // There is no sound card: a bridge that nobody listens to takes what is heard.
    'audio_player aubridge,heard',
    'audio_alert aubridge,alert',
    `ausrc_srate ${SAMPLE_RATE_HZ}`,
    `auplay_srate ${SAMPLE_RATE_HZ}`,
    'jitter_buffer_type fixed',
    'jitter_buffer_delay 1-5',
    `snd_path ${folder}`,
    ...['g711', 'aufile', 'aubridge', 'sndfile'].map((name) => `module ${name}.so`),
    'module_tmp account.so',
    ...['ctrl_tcp', 'menu'].map((name) => `module_app ${name}.so`),
  ]
  writeFileSync(join(folder, 'config'), `${lines.join('\n')}\n`)
  return `sip:${user}@127.0.0.1:${sipPort}`
}

const MODULES = '/usr/lib/baresip/modules'

async function connectControl(port: number, child: ChildProcess): Promise<Socket> {
  const until = performance.now() + START_MS
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return socket
    } catch (error) {
      socket.destroy()
      if (performance.now() > until || child.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

type Message = { readonly event?: boolean; readonly response?: boolean; readonly ok?: boolean; readonly data?: string } & BaresipEvent

/** The control connection: netstrings of JSON, both ways. */
class BaresipEvents {
  readonly log: BaresipEvent[] = []
  readonly #socket: Socket
  readonly #said: () => string
  #text = ''
  readonly #waiters = new Set<() => void>()
  readonly #replies: ((message: Message) => void)[] = []

  constructor(socket: Socket, said: () => string) {
    this.#socket = socket
    this.#said = said
    socket.setEncoding('latin1').on('data', (chunk) => this.#receive(String(chunk)))
    socket.on('error', () => {})
  }

  async command(name: string, params = ''): Promise<void> {
    const json = JSON.stringify({ command: name, params, token: 'x' })
    const reply = new Promise<Message>((resolve) => this.#replies.push(resolve))
    this.#socket.write(`${json.length}:${json},`)
    const { ok, data } = await reply
    if (ok !== true) throw new Error(`baresip refused "${name} ${params}": ${data ?? ''}`)
  }

  async until(type: string, timeoutMs: number): Promise<BaresipEvent> {
    const until = performance.now() + timeoutMs
    for (;;) {
      const found = this.log.find((event) => event.type === type)
      if (found) return found
      const leftMs = until - performance.now()
      if (leftMs <= 0)
        throw new Error(
          `baresip had no ${type} but ${this.log.map((event) => event.type).join(', ')}; it said "${this.#said().slice(-2_000)}"`,
        )
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#waiters.add(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  #receive(chunk: string): void {
    this.#text += chunk
    for (;;) {
      const colon = this.#text.indexOf(':')
      const length = Number(this.#text.slice(0, colon))
      if (colon < 0 || this.#text.length < colon + 1 + length + 1) return
      this.#take(JSON.parse(this.#text.slice(colon + 1, colon + 1 + length)) as Message)
      this.#text = this.#text.slice(colon + 1 + length + 1)
    }
  }

  #take(message: Message): void {
    if (message.response) this.#replies.shift()?.(message)
    else this.log.push(message)
    for (const wake of this.#waiters) wake()
    this.#waiters.clear()
  }
}

/** What `sndfile` wrote of the received side, the newest call first by name. */
function readHeard(folder: string): Int16Array {
  const file = readdirSync(folder)
    .filter((name) => name.endsWith('-dec.wav'))
    .toSorted()
    .at(-1)
  return file === undefined ? new Int16Array(0) : readWav(readFileSync(join(folder, file))).samples
}
