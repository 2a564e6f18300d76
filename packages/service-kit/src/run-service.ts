import type { Bus, Closable, Subscription } from '@voipbin/bus'
import type { Cache } from '@voipbin/cache'
import type { Contract } from '@voipbin/contracts/contract'
import { type Committed, type Database, openDatabase, openEngine } from '@voipbin/sql'
import { type Caller, createCaller } from './client.ts'
import type { Clock } from './clock.ts'
import type { AnyParts, AnyService, Health, Kit, Listening } from './define-service.ts'
import { guardCache, guardedFetch } from './guards.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createEventHandler, topicsOf } from './listen.ts'
import type { Environment } from './load-config.ts'
import { loadConfig } from './load-config.ts'
import type { Logger } from './logger.ts'
import type { Loop } from './loop.ts'
import { joinAlone, joinOthers, type Membership } from './membership.ts'
import type { Metrics } from './metrics.ts'
import { NUDGE, nudgeEvent, startRelay } from './relay.ts'
import { startParkedRetries } from './retry-parked.ts'
import { startJobs } from './run-jobs.ts'
import { createRequestHandler } from './serve-methods.ts'
import { observeService } from './service-metrics.ts'
import type { Settings, SettingValues } from './settings.ts'

/** What the services of a process share. */
export type Surroundings = {
  readonly bus: Bus
  readonly cache: Cache
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Logger
  readonly metrics: Metrics
  readonly env: Environment
  readonly contracts: readonly Contract[]
  readonly sql: { readonly url: string; readonly poolSize: number; readonly synchronous: 'AUTO' | 'NORMAL' | 'FULL' }
  readonly dataDir: string
  readonly health: () => Promise<Health>
}

/** One service of this process, by the steps of its life. Each step is done for all services before the next is for any. */
export type RunningService = {
  readonly name: string
  readonly database: Database
  readonly caller: Caller
  /** Takes requests and events, runs jobs. Every subscriber of the process is known by then, so no event passes one by. */
  run(): Promise<void>
  /** Opens its own servers. @returns what they say of themselves */
  listen(): Promise<string | undefined>
  stopListening(): Promise<void>
  /** Stops taking work and finishes what is in hand. */
  stopWork(): Promise<void>
  close(): Promise<void>
}

/** Requests that one instance works on at once. */
const CONCURRENCY = 64

/** Opens the database, brings it up to date and subscribes; nothing runs yet. */
export async function openService(service: AnyService, shared: Surroundings): Promise<RunningService> {
  const name = service.contract.service
  const instance = shared.newId()
  const log = shared.log.child({ service: `bin-${name === 'gateway' ? 'api' : name}-manager`, instance })
  const loops = new Map<'relay' | 'retries' | 'jobs' | 'housekeeping', Loop>()
  const nudge = createNudge(shared, name, loops)
  const database = await openServiceDatabase(service, shared, nudge.committed)
  const { clock, metrics, bus } = shared
  const caller = createCaller({ bus, clock, newId: shared.newId, publisher: name, metrics })
  const parts = await service.start(kitOf(service, shared, { log, caller }))
  const common = { service: name, database, clock, log, metrics }
  const listening = { ...common, listeners: parts.events, onParked: () => loops.get('retries')?.nudge() }
  const subscription =
    parts.events.length > 0 ? await bus.subscribe(name, topicsOf(parts.events), createEventHandler(listening)) : undefined
  const handler = createRequestHandler({ ...common, contract: service.contract, methods: parts.methods })
  const open: Closable[] = []
  let membership: Membership | undefined
  let server: Listening | undefined

  async function run(): Promise<void> {
    const isLeader = () => membership?.isLeader() ?? false
    const isCommand = (method: string) => service.contract.methods[method]?.kind === 'command'
    open.push(await bus.serve(name, handler, { concurrency: CONCURRENCY, isCommand }))
    open.push(...(await openWatches(parts, bus)), await nudge.listen())
    loops.set('jobs', startJobs({ ...common, instance, handlers: parts.jobs, call: caller.call }))
    loops.set('relay', startRelay({ ...common, bus, isLeader }))
    loops.set('retries', startParkedRetries(listening, isLeader))
    loops.set('housekeeping', startHousekeeping(database, clock, log, isLeader))
    const onLeader = () => undefined
    const join = database.isExclusive ? joinAlone : joinOthers
    const onAlive = async (alive: readonly string[]) => {
      await database.engine.inTransaction((connection) => database.jobs.reclaim(connection, alive))
    }
    membership = await join({ database, instance, clock, log, onLeader, onAlive, onPartitions: ownPartitions(subscription, log) })
    loops.get('relay')?.nudge()
    observeService(common)
  }

  return {
    name,
    database,
    caller,
    run,
    async listen() {
      server = await parts.listen?.()
      return server?.description
    },
    stopListening: async () => server?.close(),
    async stopWork() {
      await Promise.all([loops.get('jobs')?.close(), loops.get('retries')?.close(), loops.get('housekeeping')?.close()])
      await subscription?.close()
      await Promise.all(open.map((opened) => opened.close()))
    },
    async close() {
      await loops.get('relay')?.close()
      await membership?.close().catch((error: unknown) => log.warn('cannot say goodbye to the other instances', { error }))
      await database.close()
    },
  }
}

async function openServiceDatabase(service: AnyService, shared: Surroundings, onCommit: (committed: Committed) => void): Promise<Database> {
  const name = service.contract.service
  const synchronous = shared.sql.synchronous === 'AUTO' ? service.synchronous : shared.sql.synchronous
  const engine = await openEngine({
    url: shared.sql.url,
    poolSize: shared.sql.poolSize,
    dataFolder: shared.dataDir,
    service: name,
    synchronous,
  })
  const source = { now: shared.clock.time, newId: shared.newId }
  const database = openDatabase(engine, { service: name, source, migrations: service.migrations, onCommit })
  await database.migrate()
  return database
}

function kitOf(service: AnyService, shared: Surroundings, { log, caller }: { log: Logger; caller: Caller }): Kit<Settings> {
  return {
    config: loadConfig(service.config, shared.env) as SettingValues<Settings>,
    client: caller.clients,
    caller,
    cache: guardCache(shared.cache),
    fetch: guardedFetch,
    clock: shared.clock,
    log,
    metrics: shared.metrics,
    newId: shared.newId,
    dataFolder: `${shared.dataDir}/${service.contract.service}`,
    contracts: shared.contracts,
    health: shared.health,
  }
}

const openWatches = (parts: AnyParts, bus: Bus): Promise<Closable[]> =>
  Promise.all(parts.watches.map(({ contract, type, handler }) => bus.watch([{ publisher: contract.service, type }], handler)))

/** Partitions change hands one change after the other, beside the beats that cause them. */
function ownPartitions(subscription: Subscription | undefined, log: Logger): (partitions: readonly number[]) => void {
  let last: Promise<void> = Promise.resolve()
  return (partitions) => {
    last = last
      .then(() => subscription?.own(partitions))
      .catch((error: unknown) => log.error('cannot take over partitions', { partitions, error }))
  }
}

/** How long nudges to other instances are gathered. */
const NUDGE_GATHER_MS = 5

/** Tells the loops here, and the relay of whichever instance leads, that a commit left something to do. */
function createNudge(shared: Surroundings, service: string, loops: ReadonlyMap<string, Loop>) {
  let isTold = false
  const tellOthers = () => {
    if (isTold) return
    isTold = true
    shared.clock.after(NUDGE_GATHER_MS, () => {
      isTold = false
      shared.bus.publish([nudgeEvent(service, shared.clock.time())]).catch(() => undefined) // the relay's own poll is the net
    })
  }
  const isAlone = shared.sql.url.startsWith('sqlite:')
  return {
    committed({ events, jobs }: Committed) {
      if (jobs > 0) loops.get('jobs')?.nudge()
      if (events.length === 0) return
      if (isAlone) loops.get('relay')?.nudge()
      else tellOthers()
    },
    listen: async (): Promise<Closable> =>
      isAlone
        ? { close: async () => undefined }
        : shared.bus.watch([{ publisher: service, type: NUDGE }], () => loops.get('relay')?.nudge()),
  }
}
