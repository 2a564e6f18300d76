/** The server of `bench/flow-calls.ts` in a process of its own: all services on SQLite files and the local bus, as `voipbin start` runs them. */
import { Session } from 'node:inspector/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BroadcastChannel } from 'node:worker_threads'
import { createLocalBus } from '@voipbin/bus'
import { customerContract, FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import { flowContract } from '@voipbin/contracts/flow'
import { action } from '@voipbin/contracts/flow-actions'
import { numberContract } from '@voipbin/contracts/number'
import { registrarContract } from '@voipbin/contracts/registrar'
import { switchContract } from '@voipbin/contracts/switch'
import { speechPort } from '@voipbin/contracts/tts-port'
import { type Caller, environment, loadConfig, type Platform, platformSettings, startPlatform } from '@voipbin/service-kit'
import { divideServices, loadContracts, loadServices, services } from '../apps/voipbin/src/services.ts'
import { type Counts, countBus, countStatements, type Tally } from './counting.ts'
import { type Summary, summarise } from './cpu-profile.ts'
import type { BesideUsage } from './flow-beside.ts'

export type ServerReady = { readonly udp: string; readonly spokenMs: number; readonly longSpokenMs: number }
export type Usage = Counts & {
  /** Of the thread of the calls, of the one beside it, and of all others. */
  readonly mainMs: number
  readonly besideMs: number
  readonly othersMs: number
  readonly rssMb: number
  readonly channels: number
  /** What the timeline says. */
  readonly ended: number
  /** Left to be done: events, jobs that are due, deliveries. */
  readonly waiting: number
  readonly dead: number
}
export type ServerAsked = 'usage' | 'profile' | 'summary' | 'close'
export type { Summary }

/** Some two seconds of speech, and some twenty. */
export const numbers = { short: '+899200000001', long: '+899200000002' } as const
const SENTENCE = 'Thank you for calling, and goodbye.'
const texts = { short: SENTENCE, long: Array.from({ length: 12 }, () => SENTENCE).join(' ') } as const
const customer_id = FIRST_CUSTOMER_ID
const idOf = (last: number) => `00000000-0000-4000-b000-${String(last).padStart(12, '0')}`

async function makeCalled({ clients }: Caller): Promise<void> {
  await clients(customerContract).seed({})
  for (const [index, length] of (['short', 'long'] as const).entries()) {
    const talk = action.parse({ type: 'talk', option: { text: texts[length], language: 'en-US' } })
    const actions = [action.parse({ type: 'answer' }), talk, action.parse({ type: 'hangup', option: { reason: 'normal' } })]
    const id = idOf(index + 1)
    await clients(flowContract).seedFlow({ id, customer_id, name: `bench ${length}`, detail: '', actions })
    await clients(numberContract).seedNumber({ id, customer_id, number: numbers[length], name: '', call_flow_id: id })
  }
  await clients(registrarContract).createTrunk({
    ...{ customer_id, domain_name: 'bench', auth_types: ['ip'], allowed_ips: ['127.0.0.1'] },
  })
  await clients(customerContract).updateCustomer({ id: customer_id, webhook_method: 'POST', webhook_uri: process.argv[2] ?? '' })
}

/** Made now, so that no call has to wait for it. @returns how long it is */
async function speak({ clients }: Caller, text: string): Promise<number> {
  return (await clients(speechPort).makeSpeech({ customer_id, text, language: 'en-US' })).duration_ms
}

const readStatements = countStatements()
const counted = countBus(createLocalBus())

const env = environment()
const settings = loadConfig(platformSettings, env)
const { here, beside } = divideServices(Object.keys(services))

async function start(): Promise<Platform> {
  const [contracts, all] = await Promise.all([loadContracts(), loadServices(here)])
  const entry = new URL('./flow-beside.ts', import.meta.url)
  return startPlatform({
    ...{ settings, env, contracts, services: all, bus: counted.bus, prepare: makeCalled },
    beside: beside && { ...beside, entry },
  })
}

/** What being asked has cost so far: no call is to blame for it. */
let askedMs = 0
const mainNow = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

async function usageOf(platform: Platform): Promise<Usage> {
  const whole = process.cpuUsage()
  const begun = mainNow()
  const second = await usageBeside()
  const usage = await readUsage(platform)
  const statements = together(usage.statements, second.statements)
  const [mainMs, besideMs] = [begun - askedMs, second.cpuMs]
  askedMs += mainNow() - begun
  return { ...usage, statements, mainMs, besideMs, othersMs: (whole.user + whole.system) / 1_000 - begun - besideMs }
}

const [asked, told] = [new BroadcastChannel('asked'), new BroadcastChannel('told')]
function usageBeside(): Promise<BesideUsage> {
  return new Promise((resolve) => {
    told.onmessage = ({ data }: { data: unknown }) => resolve(data as BesideUsage)
    asked.postMessage('usage')
  })
}

/** What both threads did, some of it under the same name. */
function together(one: Tally, other: Tally): Tally {
  const sum = { ...other }
  for (const [name, { count, ms }] of Object.entries(one)) {
    const also = other[name]
    sum[name] = { count: count + (also?.count ?? 0), ms: ms + (also?.ms ?? 0) }
  }
  return sum
}

/** Of a service of the other thread, whose database is not open here. */
function leftBeside(name: string): { readonly waiting: number; readonly dead: number; readonly ended: number } {
  const database = new DatabaseSync(join(settings.dataDir, `${name}.db`), { readOnly: true })
  const count = (text: string, ...values: string[]) =>
    Number(database.prepare(`select count(*) as total from ${text}`).get(...values)?.['total'])
  const now = new Date().toISOString()
  const dead = count(`${name}_jobs where state = 'dead'`) + count(`${name}_parked where state = 'dead'`)
  const waiting =
    count(`${name}_outbox`) +
    count(`${name}_jobs where state = 'running'`) +
    count(`${name}_jobs where state = 'waiting' and due_at <= ?`, now)
  const ended = name === 'timeline' ? count("timeline_events where event_type = 'call_hangup'") : 0
  database.close()
  return { waiting, dead, ended }
}

async function readUsage(platform: Platform): Promise<Omit<Usage, 'mainMs' | 'besideMs' | 'othersMs'>> {
  let [waiting, dead, ended] = [0, 0, 0]
  for (const { database } of platform.services) {
    if (!database) continue
    const { reader } = database.engine
    waiting += (await database.outbox.state(reader)).waiting
    waiting += (await database.jobs.due(reader, new Date().toISOString(), 1_000)).length + (await database.jobs.counts(reader)).running
    dead += (await database.jobs.counts(reader)).dead + (await database.inbox.counts(reader)).dead
  }
  for (const left of (beside?.names ?? []).map(leftBeside)) {
    waiting += left.waiting
    dead += left.dead
    ended += left.ended
  }
  const { channels } = await platform.caller.clients(switchContract, 'switch').listChannels({})
  return {
    ...counted.read(),
    statements: readStatements(),
    ...{
      rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      channels: channels.length,
      ended,
      waiting,
      dead,
    },
  }
}

const platform = await start()
const udp = /SIP .*?udp:(\S+?)[,\s]/.exec(`${platform.descriptions.join('\n')}\n`)?.[1]
if (!udp) throw new Error(`No switch says where it listens: ${platform.descriptions.join(', ')}`)
const profiler = new Session()
profiler.connect()

process.on('message', async (asked: ServerAsked) => {
  if (asked === 'usage') process.send?.(await usageOf(platform))
  if (asked === 'profile') {
    await profiler.post('Profiler.enable')
    await profiler.post('Profiler.start')
    process.send?.('profiling')
  }
  if (asked === 'summary') process.send?.(summarise((await profiler.post('Profiler.stop')).profile))
  if (asked === 'close') {
    await platform.close()
    process.exit(0)
  }
})
const spokenMs = await speak(platform.caller, texts.short)
const longSpokenMs = await speak(platform.caller, texts.long)
process.send?.({ udp, spokenMs, longSpokenMs } satisfies ServerReady)
