import { createLogger } from '@voipbin/service-kit'
import {
  createResponse,
  credentialsFor,
  digestChallenge,
  expiresHeader,
  type Flow,
  minExpiresHeader,
  parseDatagram,
  passwordDigest,
  retryAfterHeader,
  type SipRequest,
  type SipResponse,
  type Target,
  TransactionLayer,
  type TransportPort,
  verifyDigest,
  wwwAuthenticateHeader,
} from '@voipbin/sip'
import { createFakeClock, type FakeClock } from '@voipbin/test-kit'
import { beforeEach, expect, test } from 'vitest'
import type { OutboundAccount } from './outbound-registration.ts'
import { OutboundRegistrations } from './outbound-registrations.ts'

const account: OutboundAccount = {
  ...{ id: 'a', registrar: 'sip:carrier.example', aor: 'sip:bob@carrier.example', username: 'bob', password: 'secret', expires_s: 600 },
}
const target = (host: string): Target => ({ protocol: 'UDP', host, port: 5060 })
const remote: Flow = {
  ...{ protocol: 'UDP', listener: 'lan', connection: 0 },
  ...{ local: { host: '192.0.2.1', port: 5060 }, remote: { host: '198.51.100.1', port: 5060 } },
}

let clock: FakeClock
let requests: SipRequest[]
let hosts: string[]
let logs: Record<string, unknown>[]
let accounts: OutboundAccount[]
let states: () => Promise<string[]>
let registrations: OutboundRegistrations
let pinged: string[]
let isWayLost: boolean
/** What the carrier answers; undefined: nothing. */
let carrier: (request: SipRequest, host: string) => SipResponse | undefined

const accept = (request: SipRequest, seconds = 600) => {
  const response = createResponse(request, 200, { toTag: 'c' })
  response.headers.setRaw('Contact', '<sip:other@203.0.113.1>;expires=5', `<sip:bob@192.0.2.1:5060>;expires=${seconds}`)
  return response
}
const refuse = (request: SipRequest, status: number) => createResponse(request, status, { toTag: 'c' })
const challenge = (request: SipRequest, nonce: string) => {
  const response = refuse(request, 401)
  response.headers.set(wwwAuthenticateHeader, digestChallenge({ realm: 'carrier', nonce, algorithm: 'MD5' }))
  return response
}
const value = passwordDigest('MD5', { username: 'bob', realm: 'carrier', password: 'secret' })
/** Asks for the password, and looks at it. */
const askFirst = (request: SipRequest): SipResponse => {
  const credentials = credentialsFor(request, 'carrier')
  if (!credentials) return challenge(request, 'n1')
  return verifyDigest(request, credentials, { algorithm: 'MD5', value }) === 'correct' ? accept(request) : challenge(request, 'n2')
}

beforeEach(() => {
  clock = createFakeClock()
  ;[requests, hosts, logs, accounts, pinged, isWayLost] = [[], [], [], [account], [], false]
  carrier = askFirst
})

function start(targets: readonly string[] = ['198.51.100.1']): void {
  const transport: TransportPort = {
    route: (to) => ({ target: to, sentBy: { host: '192.0.2.1', port: 5060 } }),
    sendResponse: () => {},
    sendRequest(octets, { host }, failed) {
      const request = parseDatagram(octets)
      if (request.kind !== 'request') return
      requests.push(request)
      hosts.push(host)
      if (host === 'unreachable') failed()
      const response = carrier(request, host)
      if (response) setImmediate(() => layer.receive(response, remote))
    },
  }
  const layer = new TransactionLayer({
    ...{ transport, scheduler: clock },
    user: { onRequest: () => {}, onAck: () => {}, onStraySuccess: () => {} },
  })
  const gauge = (_name: string, _help: string, _labels: unknown, collect: () => Promise<readonly { labels: object }[]>) => {
    states = async () => (await collect()).map(({ labels }) => Object.values(labels).join(' '))
  }
  let tokens = 0
  registrations = new OutboundRegistrations({
    ...{ layer, scheduler: clock, random: () => 0.5, newToken: () => `token${++tokens}` },
    resolve: async () => targets.map(target),
    contactAddress: () => ({ host: '192.0.2.1', port: 5060 }),
    sendKeepAlive({ host }, failed) {
      pinged.push(host)
      if (isWayLost) failed()
    },
    log: createLogger('debug', {}, { write: (line) => void logs.push(JSON.parse(line) as Record<string, unknown>) }),
    list: async () => accounts,
    metrics: { gauge, counter: () => ({ add() {} }), histogram: () => ({ observe() {} }), render: async () => '', contentType: '' },
  })
}
const sequences = () => requests.map(({ headers }) => headers.raw('CSeq'))

test('registers with its password, refreshes in time with the nonce it has, and takes leave', async () => {
  start()
  await clock.settle()
  expect(await states()).toEqual(['sip:carrier.example registered'])
  expect(sequences()).toEqual(['1 REGISTER', '2 REGISTER'])
  expect(requests[1]?.headers.raw('Contact')).toBe('<sip:bob@192.0.2.1:5060>')
  // 600 s · (0.7 + 0.15 · 0.5)
  await clock.advance(464_000)
  expect(requests).toHaveLength(2)
  await clock.advance(2_000)
  expect(requests).toHaveLength(3)
  expect(credentialsFor(requests[2] ?? expect.fail(), 'carrier')?.qop?.count).toBe(2)
  expect(new Set(requests.map(({ headers }) => headers.raw('Call-ID'))).size).toBe(1)
  await registrations.close()
  expect(requests.at(-1)?.headers.one(expiresHeader)).toBe(0)
  await clock.advance(3_600_000)
  expect(requests).toHaveLength(4)
  expect(JSON.stringify(logs)).not.toContain('secret')
})

test('keeps the way open while it is registered, and registers anew where it is lost', async () => {
  carrier = (request, host) => (host === 'busy' ? refuse(request, 503) : askFirst(request))
  start(['busy', '198.51.100.1'])
  await clock.settle()
  const registered = requests.length
  await clock.advance(100_000)
  expect([pinged, requests.length]).toEqual([Array(4).fill('198.51.100.1'), registered])
  isWayLost = true
  await clock.advance(25_000)
  expect(requests.length).toBeGreaterThan(registered)
  expect(await states()).toEqual(['sip:carrier.example registered'])
  isWayLost = false
  await registrations.close()
  pinged = []
  await clock.advance(100_000)
  expect(pinged).toEqual([])
})

test('a wrong password is not tried again and again', async () => {
  accounts = [{ ...account, password: 'wrong' }]
  start()
  await clock.settle()
  expect([await states(), requests.length]).toEqual([['sip:carrier.example refused'], 2])
  await clock.advance(1_300_000)
  expect(requests).toHaveLength(2)
  accounts = [account]
  await clock.advance(60_000)
  expect(await states()).toEqual(['sip:carrier.example registered'])
})

test.each([
  ['calls every nonce stale', (response: SipResponse) => response.headers.raw('WWW-Authenticate')?.concat(', stale=true') ?? ''],
  [
    'has another realm each time',
    (response: SipResponse) => response.headers.raw('WWW-Authenticate')?.replace('carrier', `r${requests.length}`) ?? '',
  ],
])('a carrier that %s is not asked on and on', async (_, changed) => {
  carrier = (request) => {
    const response = challenge(request, `n${requests.length}`)
    response.headers.setRaw('WWW-Authenticate', changed(response))
    return requests.length > 100 ? undefined : response
  }
  start()
  await clock.settle()
  await clock.advance(5_000)
  expect(requests.length).toBeLessThan(10)
  expect(await states()).toEqual(['sip:carrier.example failed'])
  await registrations.close()
})

test('goes to the next target where one is away or overloaded', async () => {
  carrier = (request, host) => (host === 'busy' ? refuse(request, 503) : askFirst(request))
  start(['unreachable', 'busy', 'good'])
  await clock.settle()
  expect(hosts.slice(0, 3)).toEqual(['unreachable', 'busy', 'good'])
  expect(await states()).toEqual(['sip:carrier.example registered'])
})

test('waits longer after each failure, never more than half an hour, and not less than it is told', async () => {
  carrier = (request) => refuse(request, 500)
  start()
  const times: number[] = []
  for (let seconds = 0; times.length < 9; seconds += 7.5) {
    await clock.settle()
    if (requests.length > times.length) times.push(seconds)
    await clock.advance(7_500)
  }
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  // Three quarters of 30 s, 60 s, … 1 800 s.
  expect(waits).toEqual([22.5, 45, 90, 180, 360, 720, 1_350, 1_350])
  carrier = (request) => {
    const response = refuse(request, 503)
    response.headers.set(retryAfterHeader, { seconds: 5_000 })
    return response
  }
  await clock.advance(1_400_000)
  const { length } = requests
  await clock.advance(3_500_000)
  expect(requests).toHaveLength(length)
}, 30_000)

test('asks for as long as the carrier wants at least, and takes as long as it gives', async () => {
  carrier = (request) => {
    if ((request.headers.one(expiresHeader) ?? 0) >= 1_800) return accept(request, 100)
    const response = refuse(request, 423)
    response.headers.set(minExpiresHeader, 1_800)
    return response
  }
  start()
  await clock.settle()
  expect(requests.map(({ headers }) => headers.one(expiresHeader))).toEqual([600, 1_800])
  await clock.advance(78_000)
  expect(requests).toHaveLength(3)
})

test('ends what is no longer asked for', async () => {
  start()
  await clock.settle()
  accounts = []
  await clock.advance(60_000)
  expect([await states(), requests.at(-1)?.headers.one(expiresHeader)]).toEqual([[], 0])
})
