import type { Closable, Subscription } from '@voipbin/bus'
import { type Committed, type Database, openDatabase, openEngine } from '@voipbin/sql'
import { type Caller, createCaller } from './client.ts'
import type { AnyParts, AnyService, Listening } from './define-service.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createEventHandler, type ListenParts, topicsOf } from './listen.ts'
import type { Logger } from './logger.ts'
import type { Loop } from './loop.ts'
import { makeKit } from './make-kit.ts'
import { joinAlone, joinOthers, type Membership } from './membership.ts'
import { createNudge } from './nudge.ts'
import { type Relay, startRelay } from './relay.ts'
import { startParkedRetries } from './retry-parked.ts'
import { startJobs } from './run-jobs.ts'
import { createRequestHandler } from './serve-methods.ts'
import { observeService } from './service-metrics.ts'
import type { Surroundings } from './surroundings.ts'

/** One service of this process, by the steps of its life. Each step is done for all services before the next is for any. */
export type RunningService = {
  readonly name: string
  readonly database: Database
  readonly caller: Caller
  /** Names of its listeners: `customer.customer_deleted:purge_tag_tags`. */
  readonly listeners: readonly string[]
  /** Answers requests. */
  serve(): Promise<void>
  /** Takes events, runs jobs, relays. Every subscriber of the process is known by then, so no event passes one by. */
  work(): Promise<void>
  /** Opens its own servers. @returns what they say of themselves */
  listen(): Promise<string | undefined>
  stopListening(): Promise<void>
  /** Starts no job any more and finishes those in hand. */
  stopJobs(): Promise<void>
  /** Takes no request any more and answers those in hand. */
  stopServing(): Promise<void>
  /** Publishes what the work has left. @returns how many events */
  flush(): Promise<number>
  close(): Promise<void>
}

/** Requests that one instance works on at once. */
const CONCURRENCY = 64

type Loops = { jobs?: Loop; retries?: Loop; housekeeping?: Loop; relay?: Relay }

/** Opens the database, brings it up to date and subscribes; nothing runs yet. */
export async function openService(service: AnyService, shared: Surroundings): Promise<RunningService> {
  const name = service.contract.service
  const instance = shared.newId()
  const log = shared.log.child({ service: `bin-${name === 'gateway' ? 'api' : name}-manager`, instance })
  const loops: Loops = {}
  let membership: Membership | undefined
  const isLeader = () => membership?.isLeader() ?? false
  const { clock, metrics, bus } = shared
  const nudge = createNudge({
    ...{ service: name, bus, clock, isLeader },
    nudgeRelay: () => loops.relay?.nudge(),
    nudgeJobs: () => loops.jobs?.nudge(),
  })
  const database = await openServiceDatabase(service, shared, nudge.committed)
  const common = { service: name, database, clock, log, metrics }
  observeService(common)
  const caller = createCaller({ bus, clock, newId: shared.newId, publisher: name, metrics })
  const opened = async () => {
    const parts = await service.start(makeKit(service, shared, { log, caller }))
    const listening: ListenParts = { ...common, listeners: parts.events, onParked: () => loops.retries?.nudge() }
    return { parts, listening, subscription: await subscribe(listening, shared) }
  }
  const { parts, listening, subscription } = await opened().catch(async (error: unknown) => {
    await database.close()
    throw error
  })
  const open: Closable[] = []
  let serving: Closable | undefined
  let server: Listening | undefined

  return {
    name,
    database,
    caller,
    listeners: parts.events.map((listener) => listener.name),
    async serve() {
      const handler = createRequestHandler({ ...common, contract: service.contract, methods: parts.methods })
      const isCommand = (method: string) => service.contract.methods[method]?.kind === 'command'
      serving = await bus.serve(name, handler, { concurrency: CONCURRENCY, isCommand })
    },
    async work() {
      open.push(...(await openWatches(parts, shared)), await nudge.listen())
      const join = database.isExclusive ? joinAlone : joinOthers
      const onPartitions = ownPartitions(subscription, log)
      // Before the jobs: what others may find running here must be seen to have an owner that lives.
      membership = await join({ ...{ database, instance, clock, log, onPartitions }, onLeader: () => loops.relay?.nudge() })
      loops.jobs = startJobs({ ...common, instance, handlers: parts.jobs, call: caller.call })
      loops.relay = startRelay({ ...common, bus, isLeader })
      loops.retries = startParkedRetries(listening, isLeader)
      loops.housekeeping = startHousekeeping(database, clock, log, isLeader)
    },
    async listen() {
      server = await parts.listen?.()
      return server?.description
    },
    stopListening: async () => server?.close(),
    async stopJobs() {
      await Promise.all([loops.jobs?.close(), loops.retries?.close(), loops.housekeeping?.close()])
    },
    stopServing: async () => serving?.close(),
    flush: async () => (await loops.relay?.flush()) ?? 0,
    async close() {
      await subscription?.close()
      await Promise.all(open.map((opened) => opened.close()))
      await loops.relay?.close()
      await membership?.close().catch((error: unknown) => log.warn('cannot say goodbye to the other instances', { error }))
      await database.close()
    },
  }
}

async function openServiceDatabase(service: AnyService, shared: Surroundings, onCommit: (committed: Committed) => void): Promise<Database> {
  const name = service.contract.service
  const { url, poolSize, synchronous } = shared.sql
  const engine = await openEngine({
    ...{ url, poolSize, service: name, dataFolder: shared.dataDir },
    synchronous: synchronous === 'AUTO' ? service.synchronous : synchronous,
  })
  const source = { now: shared.clock.time, newId: shared.newId }
  const database = openDatabase(engine, { service: name, source, migrations: service.migrations, onCommit })
  try {
    await database.migrate()
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

const subscribe = async (listening: ListenParts, { bus }: Surroundings): Promise<Subscription | undefined> =>
  listening.listeners.length === 0
    ? undefined
    : bus.subscribe(listening.service, topicsOf(listening.listeners), createEventHandler(listening))

const openWatches = ({ watches }: AnyParts, { bus }: Surroundings): Promise<Closable[]> =>
  Promise.all(watches.map(({ contract, type, handler }) => bus.watch([{ publisher: contract.service, type }], handler)))

/** Partitions change hands one change after the other, beside the beats that cause them. */
function ownPartitions(subscription: Subscription | undefined, log: Logger): (partitions: readonly number[]) => void {
  let last: Promise<void> = Promise.resolve()
  return (partitions) => {
    last = last
      .then(() => subscription?.own(partitions))
      .catch((error: unknown) => log.error('cannot take over partitions', { partitions, error }))
  }
}
