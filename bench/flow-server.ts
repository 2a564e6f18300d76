/** The server of `bench/flow-calls.ts` in a process of its own: all services on SQLite files and the local bus, as `voipbin start` runs them. */
import { Session } from 'node:inspector/promises'
import { createLocalBus } from '@voipbin/bus'
import { customerContract, FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import { flowContract } from '@voipbin/contracts/flow'
import { action } from '@voipbin/contracts/flow-actions'
import { numberContract } from '@voipbin/contracts/number'
import { registrarContract } from '@voipbin/contracts/registrar'
import { switchContract } from '@voipbin/contracts/switch'
import { speechPort } from '@voipbin/contracts/tts-port'
import { type Caller, environment, loadConfig, type Platform, platformSettings, startPlatform } from '@voipbin/service-kit'
import { loadContracts, services } from '../apps/voipbin/src/services.ts'
import { type Counts, countBus, countStatements } from './counting.ts'
import { type Summary, summarise } from './cpu-profile.ts'

export type ServerReady = { readonly udp: string; readonly spokenMs: number; readonly longSpokenMs: number }
export type Usage = Counts & {
  /** Of the thread that runs all services, and of all others. */
  readonly mainMs: number
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

function start(): Promise<Platform> {
  const env = environment()
  return Promise.all([loadContracts(), ...Object.values(services).map((entry) => entry.service())]).then(([contracts, ...all]) =>
    startPlatform({ settings: loadConfig(platformSettings, env), env, services: all, contracts, bus: counted.bus, prepare: makeCalled }),
  )
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
  const usage = await readUsage(platform)
  const [mainMs, othersMs] = [begun - askedMs, (whole.user + whole.system) / 1_000 - begun]
  askedMs += mainNow() - begun
  return { ...usage, mainMs, othersMs }
}

async function readUsage(platform: Platform): Promise<Omit<Usage, 'mainMs' | 'othersMs'>> {
  let [waiting, dead] = [0, 0]
  for (const { database } of platform.services) {
    if (!database) continue
    const { reader } = database.engine
    waiting += (await database.outbox.state(reader)).waiting
    waiting += (await database.jobs.due(reader, new Date().toISOString(), 1_000)).length + (await database.jobs.counts(reader)).running
    dead += (await database.jobs.counts(reader)).dead + (await database.inbox.counts(reader)).dead
  }
  const timeline = platform.services.find(({ name }) => name === 'timeline')?.database?.engine.reader
  const rows = await timeline?.all("select count(*) as ended from timeline_events where event_type = 'call_hangup'", [])
  const { channels } = await platform.caller.clients(switchContract, 'switch').listChannels({})
  return {
    ...counted.read(),
    statements: readStatements(),
    ...{
      rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      channels: channels.length,
      ended: Number(rows?.[0]?.['ended'] ?? 0),
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
