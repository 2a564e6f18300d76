import type { Bus } from '@voipbin/bus'
import type { Cache } from '@voipbin/cache'
import type { Contract } from '@voipbin/contracts/contract'
import type { Checkpoints } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import type { Health } from './define-service.ts'
import type { Environment } from './load-config.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { platformSettings, SettingValues } from './settings.ts'

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
  readonly sql: {
    readonly url: string
    readonly poolSize: number
    readonly synchronous: 'AUTO' | 'NORMAL' | 'FULL'
    readonly checkpoints: Checkpoints
    readonly commitGapMs: number
  }
  readonly dataDir: string
  readonly health: () => Promise<Health>
}

type Own = {
  readonly settings: SettingValues<typeof platformSettings>
  readonly checkpoints: Checkpoints
  /** Of SQLite: from one commit to the next at least. */
  readonly commitGapMs: number
}

/** What is the same for every thread comes from the settings, the rest is its own. */
export function surroundingsOf({
  settings,
  checkpoints,
  commitGapMs,
  ...shared
}: Omit<Surroundings, 'sql' | 'dataDir'> & Own): Surroundings {
  const { sqlUrl: url, sqlPool: poolSize, sqliteSynchronous: synchronous, dataDir } = settings
  return { ...shared, sql: { url, poolSize, synchronous, checkpoints, commitGapMs }, dataDir }
}
