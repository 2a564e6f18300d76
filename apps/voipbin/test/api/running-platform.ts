import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalBus } from '@voipbin/bus'
import { type Clock, type Environment, loadConfig } from '@voipbin/service-kit'
import type { Engine } from '@voipbin/sql'
import { createFakeClock, type FakeClock, finishJobs, type ReceivedMail, readMails, type System, startSystem } from '@voipbin/test-kit'
import { makeFirst } from '../../src/first-start.ts'
import { loadContracts, services } from '../../src/services.ts'
import { appSettings } from '../../src/settings.ts'
import type { Document } from './document.ts'

export type Sent = {
  readonly bearer?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON text with its content type. */
  readonly json?: unknown
  readonly form?: FormData | undefined
}
export type Answered = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: Readonly<Record<string, unknown>>
}
/** The rows of a table. */
type Table = readonly Readonly<Record<string, unknown>>[]

/** Every service of the platform as it is, in this process, on a clock that stands still unless it is moved. */
export type RunningPlatform = {
  readonly url: string
  readonly system: System
  readonly clock: FakeClock
  readonly document: Document
  /** Takes webhooks and answers 200. */
  readonly receiverUrl: string
  /** `service.method` of every request between services so far. */
  readonly requests: readonly string[]
  /** Every statement on any database so far. */
  readonly statements: readonly string[]
  send(method: string, path: string, sent?: Sent): Promise<Answered>
  /** Lets everything happen that is due. */
  settle(): Promise<void>
  mails(): Promise<ReceivedMail[]>
  /** Every row of every table of every service; with an id, every row that has it in a column. */
  tables(id?: string): Promise<ReadonlyMap<string, Table>>
  /** How many rows each service's database was ever told to write, also those that were taken back. */
  writes(): Promise<ReadonlyMap<string, number>>
  close(): Promise<void>
}

export const administrator = { username: 'admin@localhost', password: 'an administrator of the project' }
/** In the way of thousands of requests from one address. */
const unlimited = Object.fromEntries(
  ['AUTH_PUBLIC', 'AUTH_PROTECTED', 'V1', 'V1_CUSTOMER', 'V1_CUSTOMER_DIRECT', 'V1_CUSTOMER_DELEGATE'].map((tier) => [
    `VOIPBIN_RATE_LIMIT_${tier}_RPS`,
    '0',
  ]),
)

export async function startEverything(options: { env?: Environment } = {}): Promise<RunningPlatform> {
  const clock = createFakeClock(Math.floor(Date.now() / 1000) * 1000)
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-api-'))
  const receiver = await openReceiver()
  const requests: string[] = []
  const bus = countingBus(clock, requests)
  // Carriers are asked once, not for ever: what is written by itself would be taken for the effect of a request.
  const sip = {
    VOIPBIN_SIP_UDP_PORT: '0',
    VOIPBIN_SIP_TCP_PORT: '0',
    VOIPBIN_ROUTE_PROBE_SECONDS: '86400',
    VOIPBIN_CALL_MAX_NETWORK_PER_HOUR: '100000',
  }
  const env = { VOIPBIN_HTTP_PORT: '0', ...sip, VOIPBIN_OUTBOUND_ALLOW: '127.0.0.0/8', ...unlimited, ...options.env }
  const first = loadConfig(appSettings, { VOIPBIN_ADMIN_USERNAME: administrator.username, VOIPBIN_ADMIN_PASSWORD: administrator.password })
  const system = await startSystem({
    services: await Promise.all(Object.values(services).map(({ service }) => service())),
    contracts: await loadContracts(),
    prepare: async (caller) => void (await makeFirst(caller, Object.keys(services), first)),
    ...{ clock, dataDir, bus, env },
  })
  const databases = databasesOf(system)
  const statements = spyOnStatements(system)
  const url = system.platform.descriptions.find((each) => each.startsWith('API '))?.replace('API ', '') ?? ''
  const send = senderTo(url)
  const { body } = await send('GET', '/openapi.json')
  const settle = () => finishJobs(system, clock)
  return {
    ...{ url, system, clock, requests, statements, send, settle },
    document: body as unknown as Document,
    receiverUrl: receiver.url,
    async mails() {
      await settle()
      return readMails(dataDir)
    },
    tables: (id) => readTables(databases, id),
    writes: () => countWrites(databases),
    async close() {
      await system.close()
      await bus.close()
      await receiver.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

function senderTo(url: string): RunningPlatform['send'] {
  return async (method, path, { bearer, headers = {}, json, form } = {}) => {
    const authorization = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
    const type = json === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(`${url}${path}`, {
      ...{ method, redirect: 'manual', headers: { ...type, ...authorization, ...headers } },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(form && { body: form }),
    })
    const text = await response.text()
    const isJson = text !== '' && response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : {} }
  }
}

function countingBus(clock: Clock, requests: string[]): ReturnType<typeof createLocalBus> {
  const bus = createLocalBus({ now: clock.now, after: clock.after })
  return {
    ...bus,
    request(envelope) {
      requests.push(`${envelope.service}.${envelope.method}`)
      return bus.request(envelope)
    },
  }
}

function spyOnStatements({ platform }: System): readonly string[] {
  const statements: string[] = []
  for (const { name, database } of platform.services) {
    if (!database) continue
    const { reader } = database.engine
    const { all } = reader
    Object.assign(reader, {
      all: (text: string, parameters: Parameters<typeof all>[1]) => {
        statements.push(`${name}: ${text}`)
        return all(text, parameters)
      },
    })
  }
  return statements
}

/** Before anybody spies on them. A database in memory has one session, so that its counters tell of all that was ever written. */
function databasesOf({ platform }: System): ReadonlyMap<string, Engine['reader']['all']> {
  return new Map(platform.services.flatMap(({ name, database }) => (database ? [[name, database.engine.reader.all] as const] : [])))
}

async function countWrites(databases: ReadonlyMap<string, Engine['reader']['all']>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const [name, all] of databases) counts.set(name, Number((await all('SELECT total_changes() AS count', []))[0]?.['count']))
  return counts
}

async function readTables(databases: ReadonlyMap<string, Engine['reader']['all']>, id?: string): Promise<ReadonlyMap<string, Table>> {
  const tables = new Map<string, Table>()
  for (const all of databases.values()) {
    const names = await all(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`, [])
    for (const { name } of names) tables.set(String(name), await readTable(all, String(name), id))
  }
  return tables
}

async function readTable(all: Engine['reader']['all'], name: string, id: string | undefined): Promise<Table> {
  if (id === undefined) return all(`SELECT * FROM ${name}`, [])
  const columns = await all('SELECT name FROM pragma_table_info(?)', [name])
  return all(`SELECT * FROM ${name} WHERE ? IN (${columns.map((column) => `"${String(column['name'])}"`).join()})`, [id])
}

async function openReceiver(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume()
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
