import type { Cache } from '@voipbin/cache'
import type { Contract } from '@voipbin/contracts/contract'
import type { Answers } from './answer.ts'
import type { Caller, Clients } from './client.ts'
import type { Clock } from './clock.ts'
import type { JobHandler } from './job.ts'
import type { Listener, Watch } from './listener.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { Settings, SettingValues } from './settings.ts'

/** A server that a service opens itself; `close` stops taking and finishes what it has. */
export type Listening = { readonly description: string; close(): Promise<void> }

/** What `start` gets. */
export type Kit<S extends Settings> = {
  readonly config: SettingValues<S>
  readonly client: Clients
  readonly caller: Caller
  readonly cache: Cache
  /** Like the global one, but refused inside a transaction. */
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly newId: () => string
  /** Where this service keeps files of its own on this machine. */
  readonly dataFolder: string
  /** Every contract of the platform, for services that stand at its edge. */
  readonly contracts: readonly Contract[]
  readonly health: () => Promise<Health>
}

export type Health = {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly checks: Readonly<Record<string, { status: 'ok' | 'failed'; latency_ms: number; error?: string }>>
}

export type ServiceParts<C extends Contract> = {
  readonly methods: Answers<C>
  readonly events?: readonly Listener[]
  readonly jobs?: readonly JobHandler[]
  readonly watches?: readonly Watch[]
  /** Opens servers once the service answers on the bus. */
  readonly listen?: () => Promise<Listening>
}

export type ServiceDefinition<C extends Contract = Contract, S extends Settings = Settings> = {
  readonly contract: C
  readonly config?: S
  /** `import.meta` of the service's index: its migrations are in the folder beside it. */
  readonly folder: { readonly dirname?: string }
  /** Whether SQLite waits for the disk at each commit unless the setting says otherwise. */
  readonly synchronous?: 'NORMAL' | 'FULL'
  readonly start: (kit: Kit<S>) => ServiceParts<C> | Promise<ServiceParts<C>>
}

/** A service with tables, its types forgotten. */
export type AnyTableService = {
  readonly kind: 'tables'
  readonly contract: Contract
  readonly config: Settings
  readonly migrations: string
  readonly synchronous: 'NORMAL' | 'FULL'
  readonly start: (kit: Kit<Settings>) => Promise<AnyParts>
}
export type AnyParts = {
  readonly methods: Readonly<Record<string, (first: never, input: never) => Promise<unknown>>>
  readonly events: readonly Listener[]
  readonly jobs: readonly JobHandler[]
  readonly watches: readonly Watch[]
  readonly listen: (() => Promise<Listening>) | undefined
}

const noSettings = {} satisfies Settings

export function defineService<C extends Contract, S extends Settings = typeof noSettings>(
  definition: ServiceDefinition<C, S>,
): AnyTableService {
  return {
    kind: 'tables',
    contract: definition.contract,
    config: definition.config ?? noSettings,
    migrations: `${definition.folder.dirname}/migrations`,
    synchronous: definition.synchronous ?? 'NORMAL',
    async start(kit) {
      const parts = await definition.start(kit as unknown as Kit<S>)
      const listeners = parts.events ?? []
      const jobs = [...(parts.jobs ?? []), ...listeners.flatMap((listener) => listener.jobs)]
      const { service } = definition.contract
      refuseRepeated(
        listeners.map(({ name }) => name),
        (name) => `Service "${service}" has two listeners "${name}": the inbox could not tell them apart; name one in its options`,
      )
      refuseRepeated(
        jobs.map(({ kind }) => kind),
        (kind) => `Service "${service}" handles the job "${kind}" twice`,
      )
      return {
        methods: parts.methods as AnyParts['methods'],
        events: listeners,
        jobs,
        watches: parts.watches ?? [],
        listen: parts.listen,
      }
    },
  }
}

/** @throws TypeError with what `message` makes of the first name that stands there twice */
function refuseRepeated(names: readonly string[], message: (name: string) => string): void {
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  if (repeated !== undefined) throw new TypeError(message(repeated))
}
