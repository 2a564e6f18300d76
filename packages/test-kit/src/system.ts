import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, createLocalBus } from '@voipbin/bus'
import { type Cache, createMemoryCache } from '@voipbin/cache'
import type { Contract } from '@voipbin/contracts/contract'
import {
  type AnyService,
  type Clients,
  type Clock,
  createLogger,
  createSystemClock,
  type Environment,
  type Logger,
  loadConfig,
  type Platform,
  type PlatformOptions,
  platformSettings,
  startPlatform,
} from '@voipbin/service-kit'

export type SystemOptions = {
  readonly services: readonly AnyService[]
  /** Default: those of the services. */
  readonly contracts?: readonly Contract[]
  /** Default: the machine's clock. With a fake one, only `advance` makes time pass. */
  readonly clock?: Clock
  /** Settings as in the environment. */
  readonly env?: Environment
  /** Default: databases in memory, gone with the system. `sqlite:` with a `dataDir` of your own survives it. */
  readonly sqlUrl?: string
  readonly dataDir?: string
  /** Default: a local bus of its own. One that is given may be shared with another system, and stays open. */
  readonly bus?: Bus
  /** Default: a memory cache of its own. One that is given stays open. */
  readonly cache?: Cache
  readonly prepare?: PlatformOptions['prepare']
  /** Default: one whose lines are kept in `logs`. */
  readonly log?: Logger
}

/** The services, running in this process on the local bus. */
export type System = {
  readonly platform: Platform
  readonly bus: Bus
  readonly cache: Cache
  readonly clock: Clock
  /** Log lines so far. */
  readonly logs: readonly Record<string, unknown>[]
  readonly client: Clients
  close(): Promise<void>
}

export async function startSystem(options: SystemOptions): Promise<System> {
  const clock = options.clock ?? createSystemClock()
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'voipbin-'))
  const bus = options.bus ?? createLocalBus({ now: clock.now, after: clock.after })
  const cache = options.cache ?? createMemoryCache({ now: clock.now })
  const logs: Record<string, unknown>[] = []
  const keep = (line: string) => void logs.push(JSON.parse(line) as Record<string, unknown>)
  const log = options.log ?? createLogger('debug', {}, { write: keep })
  const env = { VOIPBIN_SQL_URL: options.sqlUrl ?? 'sqlite::memory:', VOIPBIN_DATA_DIR: dataDir, ...options.env }
  const platform = await startPlatform({
    settings: loadConfig(platformSettings, env),
    env,
    services: options.services,
    contracts: options.contracts ?? options.services.map((service) => service.contract),
    ...{ clock, log, bus, cache },
    ...(options.prepare === undefined ? {} : { prepare: options.prepare }),
  })
  return {
    ...{ platform, bus, cache, clock, logs },
    client: platform.caller.clients,
    async close() {
      await platform.close()
      await Promise.all([options.bus ? undefined : bus.close(), options.cache ? undefined : cache.close()])
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
