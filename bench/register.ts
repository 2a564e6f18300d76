/**
 * Measures a switch node with the registrar behind it, on SQLite on disk, asked over UDP of loopback by phones of this same process: how
 * many registrations a second, and how soon new calls are refused past the capacity. Run: `node bench/register.ts`.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { registrarContract } from '@voipbin/contracts/registrar'
import { switchContract } from '@voipbin/contracts/switch'
import { offerContract } from '@voipbin/contracts/switch-ports'
import { createMediaEngine } from '@voipbin/media'
import { registrarService } from '@voipbin/registrar'
import { createSystemClock } from '@voipbin/service-kit'
import {
  createRequest,
  DigestClient,
  HeaderList,
  parseUri,
  type SipRequest,
  SipTransport,
  type Target,
  TransactionLayer,
} from '@voipbin/sip'
import { createSwitch } from '@voipbin/switch'
import { type System, startSystem } from '@voipbin/test-kit'
import { type BenchResult, conditions, printResult } from './report.ts'

const PHONES = 200
const ROUNDS = 10
const AT_ONCE = 32
const INVITES = 1_000
const INVITES_A_SECOND = 500
const password = 'correct-horse'
const customer_id = '11111111-1111-4111-8111-111111111111'
const domain = `${customer_id}.registrar.voipbin.test`

type Peer = { readonly ask: (request: SipRequest) => Promise<{ readonly status: number; readonly ms: number; readonly answer: Answer }> }
type Answer = Parameters<DigestClient['answer']>[0]

export async function benchRegister(): Promise<BenchResult> {
  const around = conditions({ phones: PHONES, 'rounds of refreshes': ROUNDS, 'at once': AT_ONCE, 'INVITEs a second': INVITES_A_SECOND })
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-bench-'))
  const system = await startSystem({
    services: [
      registrarService,
      createSwitch({ openEngine: () => createMediaEngine({ firstPort: 24_000, lastPort: 24_099, workers: 1 }) }),
    ],
    contracts: [registrarContract, switchContract, offerContract],
    ...{ dataDir, sqlUrl: 'sqlite:' },
    env: {
      ...{ VOIPBIN_SIP_UDP_PORT: '0', VOIPBIN_SIP_TCP_PORT: '0', VOIPBIN_SWITCH_CAPACITY: '1', VOIPBIN_SWITCH_DRAIN_SECONDS: '0' },
      VOIPBIN_OUTBOUND_ALLOW: '127.0.0.1/32',
    },
  })
  try {
    const target: Target = {
      protocol: 'UDP',
      host: '127.0.0.1',
      port: Number(/udp:127\.0\.0\.1:(\d+)/.exec(system.platform.descriptions.join(' '))?.[1]),
    }
    const peer = await openPeer(target)
    const registered = await register(system, peer)
    const refused = await refuse(system, peer)
    await peer.close()
    return report(around, registered, refused)
  } finally {
    await system.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function openPeer(target: Target): Promise<Peer & { close(): Promise<void> }> {
  const clock = createSystemClock()
  const listeners = [{ name: 'bench', protocol: 'UDP' as const, host: '127.0.0.1', port: 0 }]
  const transport = await SipTransport.open({
    listeners,
    scheduler: clock,
    newTag: () => 't',
    user: { receive: (message, flow) => layer.receive(message, flow) },
  })
  const layer = new TransactionLayer({ transport, scheduler: clock, user: { onRequest() {}, onAck() {}, onStraySuccess() {} } })
  return {
    ask(request) {
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<Peer['ask']>>>()
      const from = performance.now()
      layer.request(request, target, {
        onResponse: (answer) => {
          if (answer.status >= 200) resolve({ status: answer.status, ms: performance.now() - from, answer })
        },
        onEnd: (end) => reject(new Error(end)),
      })
      return promise
    },
    async close() {
      layer.close()
      await transport.close()
    },
  }
}

let callId = 0
function request(method: string, user: string, { id = `bench${++callId}`, sequence = 1 } = {}): SipRequest {
  const uri = parseUri(`sip:${domain}`)
  if (!uri) throw new TypeError('no URI')
  const headers = new HeaderList().append('Max-Forwards', '70').append('From', `<sip:${user}@${domain}>;tag=${id}`)
  headers.append('To', `<sip:${user}@${domain}>`).append('Call-ID', id).append('CSeq', `${sequence} ${method}`)
  return createRequest(method, uri, headers.append('Contact', `<sip:${user}@10.0.0.7:5060>`).append('Expires', '120'))
}

/** Each phone registers, and then refreshes with the nonce that it has: one request, two questions of the node to the registrar. */
async function register(system: System, peer: Peer): Promise<{ readonly perSecond: number; readonly times: readonly number[] }> {
  const users = Array.from({ length: PHONES }, (_, at) => `${1_000 + at}`)
  const client = system.client(registrarContract)
  for (const extension of users) await client.createExtension({ customer_id, extension, password })
  const phones = users.map((user) => ({ user, digest: new DigestClient({ username: user, password }), sequence: 0 }))
  const times: number[] = []
  const send = async (phone: (typeof phones)[number], isMeasured: boolean) => {
    const make = () => request('REGISTER', phone.user, { id: `reg${phone.user}`, sequence: ++phone.sequence })
    const first = make()
    phone.digest.authorise(first)
    const outcome = await peer.ask(first)
    const again = make()
    const isChallenged = outcome.status === 401 && phone.digest.answer(outcome.answer, first, again) === 'answered'
    const { status, ms } = isChallenged ? await peer.ask(again) : outcome
    if (status !== 200) throw new Error(`Cannot measure: REGISTER was answered ${status}`)
    if (isMeasured) times.push(ms)
  }
  const round = async (isMeasured: boolean) => {
    const waiting = [...phones]
    const work = async () => {
      for (let phone = waiting.pop(); phone; phone = waiting.pop()) await send(phone, isMeasured)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }
  await round(false)
  const from = performance.now()
  for (let count = 0; count < ROUNDS; count++) await round(true)
  return { perSecond: Math.round((PHONES * ROUNDS * 1_000) / (performance.now() - from)), times }
}

/** A call that nobody answers takes the only place; whatever is new is refused. */
async function refuse(system: System, peer: Peer): Promise<readonly number[]> {
  const silent = createSocket('udp4')
  silent.bind(0, '127.0.0.1')
  await once(silent, 'listening')
  const node = system.client(switchContract, 'switch')
  const { epoch } = await node.listChannels({})
  const leg = { id: crypto.randomUUID(), customer_id, affinity: crypto.randomUUID(), from: { user: 'bench' } }
  await node.dial({ epoch, ...leg, destination: `sip:silent@127.0.0.1:${silent.address().port}` })
  const asked: ReturnType<Peer['ask']>[] = []
  const from = performance.now()
  while (asked.length < INVITES) {
    const due = Math.min(INVITES, Math.ceil(((performance.now() - from) * INVITES_A_SECOND) / 1_000))
    while (asked.length < due) asked.push(peer.ask(request('INVITE', '1000')))
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  const outcomes = await Promise.all(asked)
  await node.hangup({ epoch, id: leg.id, cause: 16 })
  silent.close()
  const wrong = outcomes.find(({ status }) => status !== 503)
  if (wrong) throw new Error(`Cannot measure: an INVITE past the capacity was answered ${wrong.status}`)
  return outcomes.map(({ ms }) => ms)
}

const MAX_REFUSAL_MS = 200

function report(
  around: BenchResult['conditions'],
  registered: Awaited<ReturnType<typeof register>>,
  refused: readonly number[],
): BenchResult {
  const at = (times: readonly number[], share: number) => {
    const sorted = times.toSorted((one, other) => one - other)
    return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2))
  }
  const latency = (times: readonly number[]) => ({ 'p50 ms': at(times, 0.5), 'p99 ms': at(times, 0.99), 'longest ms': at(times, 1) })
  const worst = at(refused, 1)
  return {
    name: 'register',
    conditions: around,
    rows: {
      refresh: { 'a second': registered.perSecond, ...latency(registered.times) },
      'INVITE past the capacity': { 'a second': INVITES_A_SECOND, ...latency(refused) },
    },
    targets: [{ name: 'longest wait for 503', limit: `≤ ${MAX_REFUSAL_MS} ms`, measured: worst, isMet: worst <= MAX_REFUSAL_MS }],
  }
}

if (import.meta.main) printResult(await benchRegister())
