import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bus, openBus } from '@voipbin/bus'
import { type Cache, openCache } from '@voipbin/cache'
import type { Contract } from '@voipbin/contracts/contract'
import { type AdminServer, startAdminServer } from './admin-server.ts'
import { type Caller, createCaller } from './client.ts'
import { type Clock, createSystemClock } from './clock.ts'
import type { AnyService, Health } from './define-service.ts'
import { createIds } from './ids.ts'
import type { Environment } from './load-config.ts'
import { createLogger, type Logger } from './logger.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { openService, type RunningService, type Surroundings } from './run-service.ts'
import type { platformSettings, SettingValues } from './settings.ts'

export type PlatformOptions = {
  readonly settings: SettingValues<typeof platformSettings>
  readonly env: Environment
  readonly services: readonly AnyService[]
  /** Contracts of the whole platform, also of services that run elsewhere. */
  readonly contracts: readonly Contract[]
  readonly clock?: Clock
  readonly log?: Logger
  /** A bus or cache that is already open, for systems inside one test; it stays open. */
  readonly bus?: Bus
  readonly cache?: Cache
}

/** The services of one process, answering. */
export type Platform = {
  readonly adminUrl: string
  /** What the servers that were opened say of themselves. */
  readonly descriptions: readonly string[]
  readonly services: readonly RunningService[]
  readonly caller: Caller
  readonly log: Logger
  health(): Promise<Health>
  /** Stops taking work, finishes what is in hand, closes everything. */
  close(): Promise<void>
}

/** migrate → serve → ready. @throws what keeps a service from starting; what was opened is closed again */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { settings } = options
  const clock = options.clock ?? createSystemClock()
  const newId = createIds(clock)
  const log = options.log ?? createLogger(settings.logLevel, { service: 'voipbin' })
  const metrics = createMetrics()
  const instance = newId()
  const onError = (error: unknown) => log.warn('bus', { error })
  const bus = options.bus ?? (await openBus(settings.busUrl, { instance, onError }))
  const cache = options.cache ?? (await openCache(settings.cacheUrl, { now: () => clock.now() }))
  const services: RunningService[] = []
  const health = () => checkHealth(services, bus, cache)
  const shared: Surroundings = {
    ...{ bus, cache, clock, newId, log, metrics, health },
    env: options.env,
    contracts: options.contracts,
    sql: { url: settings.sqlUrl, poolSize: settings.sqlPool, synchronous: settings.sqliteSynchronous },
    dataDir: settings.dataDir,
  }
  const closeShared = async () => {
    await Promise.all([options.bus ? undefined : bus.close(), options.cache ? undefined : cache.close()])
  }
  const caller = createCaller({ bus, clock, newId, publisher: 'operator', metrics })
  try {
    for (const service of options.services) services.push(await openService(service, shared))
    for (const service of services) await service.run()
    observeBus(bus, metrics)
    const admin = await openAdmin(options, { health, metrics, caller, newId, log })
    const descriptions: string[] = []
    for (const service of services) descriptions.push((await service.listen()) ?? '')
    const close = () => closeAll(services, admin, closeShared)
    return { adminUrl: admin.url, descriptions: descriptions.filter(Boolean), services, caller, log, health, close }
  } catch (error) {
    await closeAll(services, undefined, closeShared).catch(() => undefined)
    throw error
  }
}

type AdminNeeds = { health: () => Promise<Health>; metrics: Metrics; caller: Caller; newId: () => string; log: Logger }

/** Opens the admin port and leaves its address and token for `voipbin`'s operator commands, readable by the owner only. */
async function openAdmin({ settings, contracts }: PlatformOptions, needs: AdminNeeds): Promise<AdminServer> {
  const token = randomBytes(24).toString('base64url')
  const { health, metrics, newId, log } = needs
  const server = await startAdminServer({
    host: settings.adminHost,
    port: settings.adminPort,
    token,
    health,
    metrics,
    contracts,
    call: needs.caller.call,
    newId,
    log,
  })
  mkdirSync(settings.dataDir, { recursive: true })
  const file = join(settings.dataDir, 'admin.json')
  writeFileSync(file, `${JSON.stringify({ url: server.url, token, pid: process.pid })}\n`, { mode: 0o600 })
  return {
    url: server.url,
    async close() {
      rmSync(file, { force: true })
      await server.close()
    },
  }
}

async function closeAll(
  services: readonly RunningService[],
  admin: AdminServer | undefined,
  closeShared: () => Promise<void>,
): Promise<void> {
  await Promise.all(services.map((service) => service.stopListening()))
  await Promise.all(services.map((service) => service.stopWork()))
  await Promise.all(services.map((service) => service.close()))
  await admin?.close()
  await closeShared()
}

function observeBus(bus: Bus, metrics: Metrics): void {
  metrics.gauge('voipbin_queue_messages', 'Messages waiting in a queue', ['queue'], async () =>
    (await bus.queueDepths()).map(({ queue, messages }) => ({ labels: { queue }, value: messages })),
  )
}

type Check = Health['checks'][string]

async function checkHealth(services: readonly RunningService[], bus: Bus, cache: Cache): Promise<Health> {
  const entries: Promise<[string, Check]>[] = [
    check('bus', async () => bus.ping()),
    check('cache', async () => cache.ping()),
    ...services.map((service) => check(`sql:${service.name}`, () => service.database.ping())),
  ]
  const checks = Object.fromEntries(await Promise.all(entries))
  const failed = Object.entries(checks)
    .filter(([, { status }]) => status === 'failed')
    .map(([name]) => name)
  // Everything in the cache can be made again: without it the platform is slower, not away.
  const status = failed.length === 0 ? 'ok' : failed.every((name) => name === 'cache') ? 'degraded' : 'unavailable'
  return { status, checks }
}

const CHECK_TIMEOUT_MS = 3000

async function check(name: string, probe: () => Promise<unknown>): Promise<[string, Check]> {
  const start = performance.now()
  const timeout = new Promise<never>((_, reject) => setTimeout(() => reject(new Error('no answer in time')), CHECK_TIMEOUT_MS).unref())
  try {
    const state = await Promise.race([probe(), timeout])
    const isConnected = typeof state !== 'object' || state === null || !('connected' in state) || state.connected === true
    if (!isConnected) throw new Error('not connected')
    return [name, { status: 'ok', latency_ms: round(performance.now() - start) }]
  } catch (error) {
    return [
      name,
      { status: 'failed', latency_ms: round(performance.now() - start), error: error instanceof Error ? error.message : String(error) },
    ]
  }
}

const round = (ms: number) => Math.round(ms * 100) / 100
