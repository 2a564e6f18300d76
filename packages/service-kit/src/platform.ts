import { type Bus, type BusReports, openBus } from '@voipbin/bus'
import { type Cache, openCache } from '@voipbin/cache'
import type { Contract } from '@voipbin/contracts/contract'
import { createCheckpoints } from '@voipbin/sql'
import type { AnyService } from './any-service.ts'
import { checkHealth, type Phase } from './check-health.ts'
import { type Caller, createCaller } from './client.ts'
import { type Clock, createSystemClock } from './clock.ts'
import type { Health } from './define-service.ts'
import { createIds } from './ids.ts'
import type { Environment } from './load-config.ts'
import { createLogger, type Logger } from './logger.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { type Admin, openAdmin } from './open-admin.ts'
import { openAny } from './open-any.ts'
import { observeProcess } from './process-metrics.ts'
import type { Living, RunningService } from './run-service.ts'
import type { platformSettings, SettingValues } from './settings.ts'
import { stopServices } from './shutdown.ts'
import { type Beside, type SideThread, startSideThread } from './side-thread.ts'
import { surroundingsOf } from './surroundings.ts'

export type PlatformOptions = {
  readonly settings: SettingValues<typeof platformSettings>
  readonly env: Environment
  readonly services: readonly AnyService[]
  /** More services, in a thread of their own. */
  readonly beside?: Beside | undefined
  /** Contracts of the whole platform, also of services that run elsewhere. */
  readonly contracts: readonly Contract[]
  readonly clock?: Clock
  readonly log?: Logger
  /** Work between serving and being ready: nobody may come before it is done. */
  readonly prepare?: (caller: Caller) => Promise<void>
  /** A bus or cache that is already open, for systems inside one test; it stays open. */
  readonly bus?: Bus
  readonly cache?: Cache
}

/** The services of one process, answering. */
export type Platform = {
  readonly adminUrl: string
  /** What the servers that were opened say of themselves. */
  readonly descriptions: readonly string[]
  /** Those of this thread. */
  readonly services: readonly RunningService[]
  readonly caller: Caller
  readonly log: Logger
  health(): Promise<Health>
  /** Stops taking work, finishes what is in hand, closes everything. */
  close(): Promise<void>
}

/** migrate → serve → prepare → listen → ready. @throws what keeps a service from starting; what was opened is closed again */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { settings } = options
  const clock = options.clock ?? createSystemClock()
  const newId = createIds(clock)
  const log = options.log ?? createLogger(settings.logLevel, { service: 'voipbin' })
  const metrics = createMetrics()
  const { bus, cache, closeShared } = await openShared(options, { clock, newId, log, metrics })
  const caller = createCaller({ bus, clock, newId, publisher: 'operator', metrics })
  const checkpoints = createCheckpoints()
  const services: RunningService[] = []
  /** Those of the other thread too. */
  const all: Living[] = []
  let side: Promise<SideThread> | undefined
  let phase: Phase = 'starting'
  let admin: Admin | undefined
  const health = () => checkHealth({ phase, services: all, bus, cache })
  const { env, contracts } = options
  const own = { settings, checkpoints, commitGapMs: 0 }
  const shared = surroundingsOf({ ...own, ...{ bus, cache, clock, newId, log, metrics, health, env, contracts } })
  const close = async () => {
    phase = 'stopping'
    await admin?.finishCommands()
    await stopServices(all, log)
    await side?.then((thread) => thread.close()).catch(() => undefined) // one that did not start has closed itself
    await checkpoints.close()
    await admin?.close()
    await closeShared()
  }
  try {
    const { adminHost: host, adminPort: port, dataDir } = settings
    // First of all, so that whoever watches the process sees that it lives while its tables are brought up to date.
    admin = await openAdmin(dataDir, { ...{ host, port, health, metrics, newId, log }, contracts, call: caller.call })
    side = options.beside && startSideThread(options.beside, { ...shared, settings })
    side?.catch(() => undefined) // it is awaited below
    for (const service of options.services) {
      const opened = await openAny(service, shared)
      services.push(opened)
      all.push(opened)
    }
    const thread = await side
    all.push(...(thread?.services ?? []))
    if (thread) metrics.include(thread.families)
    admin.announce() // not before: another process may have the folder, and its address must stay
    for (const service of all) await service.serve()
    for (const service of all) await service.work()
    observeBus(bus, metrics)
    observeProcess(metrics)
    await options.prepare?.(caller)
    const descriptions: string[] = []
    for (const service of all) descriptions.push((await service.listen()) ?? '')
    phase = 'running'
    return { adminUrl: admin.url, descriptions: descriptions.filter(Boolean), services, caller, log, health, close }
  } catch (error) {
    await close().catch((failure: unknown) => log.error('cannot close what was opened', { error: failure }))
    throw error
  }
}

type SharedNeeds = { readonly clock: Clock; readonly newId: () => string; readonly log: Logger; readonly metrics: Metrics }

async function openShared({ settings, ...given }: PlatformOptions, { clock, newId, log, metrics }: SharedNeeds) {
  const dropped = metrics.counter('voipbin_bus_dropped_total', 'Messages let go by the bus', ['why', 'queue'])
  const reports: BusReports = {
    log: (message, fields) => log.info(`bus: ${message}`, fields),
    onError: (error) => log.warn('bus: a handler or channel failed', { error }),
    onDropped: (why, queue) => dropped.add({ why, queue }),
  }
  const bus = given.bus ?? (await openBus(settings.busUrl, { ...reports, instance: newId(), now: clock.now, after: clock.after }))
  const closeBus = async () => (given.bus ? undefined : bus.close())
  try {
    const cache = given.cache ?? (await openCache(settings.cacheUrl, { now: () => clock.now() }))
    const closeShared = async () => {
      await Promise.all([closeBus(), given.cache ? undefined : cache.close()])
    }
    return { bus, cache, closeShared }
  } catch (error) {
    await closeBus()
    throw error
  }
}

function observeBus(bus: Bus, metrics: Metrics): void {
  metrics.gauge('voipbin_queue_messages', 'Messages waiting in a queue', ['queue'], async () =>
    (await bus.queueDepths()).map(({ queue, messages }) => ({ labels: { queue }, value: messages })),
  )
}
