import type { Closable, Subscription } from '@voipbin/bus'
import type { Database } from '@voipbin/sql'
import { type Caller, createCaller } from './client.ts'
import type { Clock } from './clock.ts'
import type { AnyParts, AnyTableService, Listening } from './define-service.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createEventHandler, type ListenParts, topicsOf } from './listen.ts'
import type { Watch } from './listener.ts'
import type { Logger } from './logger.ts'
import type { Loop } from './loop.ts'
import { makeKit } from './make-kit.ts'
import { joinAlone, joinOthers, type Membership } from './membership.ts'
import type { Metrics } from './metrics.ts'
import { createNudge, type Nudge } from './nudge.ts'
import { openServiceDatabase } from './open-service-database.ts'
import { type Relay, startRelay } from './relay.ts'
import { startParkedRetries } from './retry-parked.ts'
import { type Jobs, startJobs } from './run-jobs.ts'
import { compileMethods, createRequestHandler } from './serve-methods.ts'
import { observeService } from './service-metrics.ts'
import type { Surroundings } from './surroundings.ts'

/** One service of this process, by the steps of its life. Each step is done for all services before the next is for any. */
export type Living = {
  readonly name: string
  /** Asks its database whether it is there; undefined where it keeps no tables. */
  readonly ping: (() => Promise<unknown>) | undefined
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

/** One of this thread. */
export type RunningService = Living & {
  /** Undefined where it keeps no tables. */
  readonly database: Database | undefined
  readonly caller: Caller
}

/** Requests that one instance works on at once. */
const CONCURRENCY = 64

/** What runs once the service works; each is missing until its step has come. */
type Life = {
  membership?: Membership
  relay?: Relay
  jobs?: Jobs
  retries?: Loop
  housekeeping?: Loop
  serving?: Closable
  server?: Listening
  readonly hearing: Closable[]
}

type Opened = {
  readonly service: AnyTableService
  readonly shared: Surroundings
  readonly common: {
    readonly service: string
    readonly database: Database
    readonly clock: Clock
    readonly log: Logger
    readonly metrics: Metrics
  }
  readonly instance: string
  readonly caller: Caller
  readonly parts: AnyParts
  readonly listening: ListenParts
  readonly subscription: Subscription | undefined
  readonly nudge: Nudge
  readonly life: Life
}

/** Opens the database, brings it up to date and subscribes; nothing runs yet. @throws what keeps it from that; nothing stays open */
export async function openService(service: AnyTableService, shared: Surroundings): Promise<RunningService> {
  const name = service.contract.service
  const { clock, metrics, bus, newId } = shared
  const instance = newId()
  const log = shared.log.child({ service: `bin-${name === 'gateway' ? 'api' : name}-manager`, instance })
  const life: Life = { hearing: [] }
  const isLeader = () => leads(life)
  const nudge = createNudge({
    ...{ service: name, bus, clock, isLeader },
    nudgeRelay: () => life.relay?.nudge(),
    nudgeJobs: () => life.jobs?.nudge(),
  })
  const hands = { reserve: (kind: string, id: string) => life.jobs?.reserve(kind, id) }
  const database = await openServiceDatabase(service, shared, { onCommit: nudge.committed, hands })
  try {
    const common = { service: name, database, clock, log, metrics }
    const caller = createCaller({ bus, clock, newId, publisher: name, metrics })
    const parts = await service.start(makeKit(service, shared, { log, caller }))
    const listening: ListenParts = { ...common, listeners: parts.events, onParked: () => life.retries?.nudge() }
    const subscription = await subscribe(listening, shared)
    observeService(common)
    const opened: Opened = { service, shared, common, instance, caller, parts, listening, subscription, nudge, life }
    const listeners = parts.events.map((listener) => listener.name)
    return { name, database, caller, listeners, ping: () => database.ping(), ...stepsUp(opened), ...stepsDown(opened) }
  } catch (error) {
    await database.close()
    throw error
  }
}

const leads = (life: Life) => life.membership?.isLeader() ?? false

function stepsUp(opened: Opened): Pick<RunningService, 'serve' | 'work' | 'listen'> {
  const { service, shared, common, instance, caller, parts, listening, subscription, nudge, life } = opened
  const { bus } = shared
  const isLeader = () => leads(life)
  return {
    async serve() {
      const methods = compileMethods({ ...common, contract: service.contract, answers: parts.methods })
      const handler = createRequestHandler({ ...common, contract: service.contract, methods })
      const commands = Object.keys(service.contract.methods).filter((method) => service.contract.methods[method]?.kind === 'command')
      life.serving = await bus.serve(common.service, handler, { concurrency: CONCURRENCY, commands })
    },
    async work() {
      life.hearing.push(...(await openWatches(parts.watches, shared)), await nudge.listen())
      const join = common.database.isExclusive ? joinAlone : joinOthers
      const onPartitions = ownPartitions(subscription, common.log)
      // Before the jobs: what others may find running here must be seen to have an owner that lives.
      life.membership = await join({ ...common, instance, onPartitions, onLeader: () => life.relay?.nudge() })
      life.jobs = startJobs({ ...common, instance, handlers: parts.jobs, call: caller.call })
      life.relay = startRelay({ ...common, bus, isLeader })
      life.retries = startParkedRetries(listening, isLeader)
      life.housekeeping = startHousekeeping({ ...common, isLeader })
    },
    async listen() {
      const server = await parts.listen?.()
      if (server) life.server = server
      return server?.description
    },
  }
}

type StepsDown = 'stopListening' | 'stopJobs' | 'stopServing' | 'flush' | 'close'

function stepsDown({ common, subscription, life }: Opened): Pick<RunningService, StepsDown> {
  return {
    stopListening: async () => life.server?.close(),
    async stopJobs() {
      await Promise.all([life.jobs?.close(), life.retries?.close(), life.housekeeping?.close()])
    },
    stopServing: async () => life.serving?.close(),
    flush: async () => (await life.relay?.flush()) ?? 0,
    async close() {
      await subscription?.close()
      await Promise.all(life.hearing.map((heard) => heard.close()))
      await life.relay?.close()
      await life.membership?.close().catch((error: unknown) => common.log.warn('cannot say goodbye to the other instances', { error }))
      await common.database.close()
    },
  }
}

const subscribe = async (listening: ListenParts, { bus }: Surroundings): Promise<Subscription | undefined> =>
  listening.listeners.length === 0
    ? undefined
    : bus.subscribe(listening.service, topicsOf(listening.listeners), createEventHandler(listening))

export const openWatches = (watches: readonly Watch[], { bus }: Surroundings): Promise<Closable[]> =>
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
