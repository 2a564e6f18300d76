import type { AnyService } from './any-service.ts'
import { openNode } from './run-node.ts'
import { openService, type RunningService } from './run-service.ts'
import type { Surroundings } from './surroundings.ts'

/** Opens a service of whatever kind in this thread. @throws what keeps it from that; nothing stays open */
export const openAny = (service: AnyService, shared: Surroundings): Promise<RunningService> =>
  service.kind === 'node' ? openNode(service, shared) : openService(service, shared)
