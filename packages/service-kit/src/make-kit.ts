import type { AnyService } from './any-service.ts'
import type { Caller } from './client.ts'
import type { Kit } from './define-service.ts'
import { guardCache, guardedFetch } from './guards.ts'
import { loadConfig } from './load-config.ts'
import type { Logger } from './logger.ts'
import type { Settings, SettingValues } from './settings.ts'
import type { Surroundings } from './surroundings.ts'

/** What a service's `start` gets: its settings, and the surroundings as far as a service may use them. @throws SettingError */
export function makeKit(
  service: Pick<AnyService, 'config' | 'contract'>,
  shared: Surroundings,
  { log, caller }: { log: Logger; caller: Caller },
): Kit<Settings> {
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
