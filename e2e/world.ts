import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Row, SqlValue } from '@voipbin/sql'
import { services as product } from '../apps/voipbin/src/services.ts'
import { type AppProcess, createAppProcess, type Entry, type ProcessPlan } from './app-process.ts'
import { freePorts } from './free-ports.ts'
import { openPremises, type Premises, type ServerUrls } from './servers.ts'

/** `single`: everything in one process, on SQLite. `distributed`: two processes a service, on RabbitMQ, MariaDB and Redis. */
export type WorldKind = 'single' | 'distributed'

export type WorldOptions = {
  readonly entry: Entry
  /** Where the distributed world has its servers. */
  readonly servers: ServerUrls | undefined
  /** Which services run; default all that the entry knows. */
  readonly services?: readonly string[]
  /** Which of them have one process where the others have two; default none. */
  readonly alone?: readonly string[]
  /** More settings, for every process. */
  readonly env?: Readonly<Record<string, string>>
}

/** A running platform, seen from outside. */
export type World = {
  readonly kind: WorldKind
  readonly services: readonly string[]
  /** In the order of their start; also those that are not running now. */
  readonly processes: readonly AppProcess[]
  /** The servers under it, each with this world's own place in it; undefined for a single process. */
  readonly urls: ServerUrls | undefined
  /** The processes that run a service. */
  of(service: string): readonly AppProcess[]
  /** One more replica of a service, ready. */
  join(service: string): Promise<AppProcess>
  /** Forgets a replica that has ended for good. */
  forget(process: AppProcess): void
  /** Reads a service's tables, past the service. */
  query(service: string, text: string, parameters?: readonly SqlValue[]): Promise<Row[]>
  /** Ends all processes. Their folders, with data and logs, are kept where they may tell why a test failed. */
  close(keepsFolder: boolean): Promise<void>
  /** Where those are. */
  readonly folder: string
}

/** The first customer's key. */
export const ACCESS_KEY = `vb_${'e2e-'.repeat(8)}`
const REPLICAS = 2
const probes = ['account', 'ledger']
/** In the way of a load that comes from one address and one customer. */
const unlimited = { VOIPBIN_RATE_LIMIT_V1_RPS: '0', VOIPBIN_RATE_LIMIT_V1_CUSTOMER_RPS: '0' }
/** What the faults need; every further service would be two more processes. */
export const faultServices = ['customer', 'tag', 'gateway', ...probes]
/** What customers touch needs. */
export const publicServices = ['customer', 'agent', 'direct', 'webhook', 'gateway']

export function startWorld(kind: WorldKind, options: WorldOptions): Promise<World> {
  if (kind === 'single') return startSingle(options)
  if (!options.servers) throw new TypeError('Cannot start the distributed world: it needs servers')
  return startDistributed(options, options.servers)
}

const servicesOf = (entry: Entry) => [...Object.keys(product), ...(entry === 'faults' ? probes : [])]
const newFolder = () => mkdtempSync(join(tmpdir(), 'voipbin-e2e-'))

async function startSingle({ entry, env = {}, ...options }: WorldOptions): Promise<World> {
  const folder = newFolder()
  const services = options.services ?? servicesOf(entry)
  const http = await httpOf(services, 'all')
  const process = createAppProcess({
    ...{ name: 'all', services, entry, folder, httpPort: http.port },
    env: { ...unlimited, ...env, ...http.env, VOIPBIN_ACCESS_KEY: ACCESS_KEY },
  })
  const world: World = {
    ...{ kind: 'single', folder, services, processes: [process], urls: undefined },
    of: () => [process],
    join: () => Promise.reject(new TypeError('A single process has no replicas')),
    forget: () => undefined,
    query: async (service, text, parameters) => readSqlite(join(folder, `${service}.db`), text, parameters),
    async close(keepsFolder) {
      await process.kill()
      if (!keepsFolder) rmSync(folder, { recursive: true, force: true })
    },
  }
  await startAll(world)
  return world
}

function readSqlite(file: string, text: string, parameters: readonly SqlValue[] = []): Row[] {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return db.prepare(text).all(...parameters)
  } finally {
    db.close()
  }
}

async function startDistributed({ entry, env = {}, ...options }: WorldOptions, servers: ServerUrls): Promise<World> {
  const folder = newFolder()
  const premises = await openPremises(servers)
  const services = options.services ?? servicesOf(entry)
  const processes: AppProcess[] = []
  let count = 0

  async function add(service: string): Promise<AppProcess> {
    const name = `${service}-${++count}`
    const http = await httpOf([service], name)
    const plan: ProcessPlan = {
      ...{ name, services: [service], entry, folder: join(folder, name), httpPort: http.port },
      env: { ...unlimited, ...env, ...http.env, ...addressesOf(premises) },
    }
    const process = createAppProcess(plan)
    processes.push(process)
    return process
  }

  const world: World = {
    ...{ kind: 'distributed', folder, services, processes, urls: premises.urls },
    of: (service) => processes.filter(({ plan }) => plan.services.includes(service)),
    async join(service) {
      const process = await add(service)
      await process.start()
      return process
    },
    forget(process) {
      processes.splice(processes.indexOf(process), 1)
    },
    query: (_service, text, parameters) => premises.query(text, parameters),
    async close(keepsFolder) {
      await Promise.all(processes.map((process) => process.kill()))
      await premises.clearUp()
      if (!keepsFolder) rmSync(folder, { recursive: true, force: true })
    },
  }
  const alone = new Set(options.alone)
  for (const service of services) await add(service)
  for (const service of services) for (let replica = 1; replica < REPLICAS && !alone.has(service); replica++) await add(service)
  await startAll(world)
  return world
}

const addressesOf = ({ urls }: Premises) => ({
  VOIPBIN_SQL_URL: urls.sql,
  VOIPBIN_CACHE_URL: urls.cache,
  VOIPBIN_BUS_URL: urls.bus,
  VOIPBIN_ACCESS_KEY: ACCESS_KEY,
})

/** A world that does not come up leaves nothing behind. */
async function startAll(world: World): Promise<void> {
  try {
    await Promise.all(world.processes.map((process) => process.start()))
  } catch (error) {
    await world.close(false)
    throw error
  }
}

/** Starts again whatever has ended. */
export async function restartEnded(world: World): Promise<void> {
  await Promise.all(world.processes.filter((process) => !process.isRunning).map((process) => process.start()))
}

type Http = { readonly port: number | undefined; readonly env: Readonly<Record<string, string>> }

/** The gateway's port, chosen here so that it is the same after a restart. Ports for SIP are any, nodes named after their process. */
async function httpOf(services: readonly string[], node: string): Promise<Http> {
  const sip = { VOIPBIN_SIP_UDP_PORT: '0', VOIPBIN_SIP_TCP_PORT: '0', VOIPBIN_SWITCH_NODE: node }
  if (!services.includes('gateway')) return { port: undefined, env: sip }
  const port = await freePorts()
  return { port, env: { ...sip, VOIPBIN_HTTP_PORT: String(port) } }
}
