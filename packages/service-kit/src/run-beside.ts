import { readlinkSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { setPriority } from 'node:os'
import { workerData } from 'node:worker_threads'
import { createPortBus, openAsking } from '@voipbin/bus'
import { openCache } from '@voipbin/cache'
import type { Contract } from '@voipbin/contracts/contract'
import { createCheckpoints } from '@voipbin/sql'
import type { AnyService } from './any-service.ts'
import { createSystemClock } from './clock.ts'
import type { Health } from './define-service.ts'
import { createIds } from './ids.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { openAny } from './open-any.ts'
import type { RunningService } from './run-service.ts'
import type { SideService, SideThreadGiven, Step } from './side-thread.ts'
import { type Surroundings, surroundingsOf } from './surroundings.ts'

export type LoadBeside = (names: readonly string[]) => Promise<{
  readonly services: readonly AnyService[]
  readonly contracts: readonly Contract[]
}>

/** A commit costs more than what most transactions do in it, and nobody waits for one here. */
const COMMIT_GAP_MS = 20
/** Where there is less of the processors than all threads want, calls go before this one. Linux counts it of each thread alone. */
const NICE = 10

function giveWay(): void {
  try {
    const [tid] = readlinkSync('/proc/thread-self').split('/').slice(-1)
    if (tid !== undefined) setPriority(Number(tid), NICE)
  } catch {
    // Elsewhere a thread cannot be told from its process, and all are equal.
  }
}

/** The other end of `startSideThread`: opens services in this thread and takes the steps of their life as it is told. */
export function runBeside(load: LoadBeside): void {
  const { names, settings, env, port, busPort } = workerData as SideThreadGiven
  const clock = createSystemClock()
  const log = createLogger(settings.logLevel, { service: 'voipbin' })
  const metrics = createMetrics()
  const running = new Map<string, RunningService>()
  giveWay()

  async function surroundings(contracts: readonly Contract[]): Promise<Surroundings> {
    return surroundingsOf({
      ...{ settings, checkpoints: createCheckpoints(), commitGapMs: COMMIT_GAP_MS },
      ...{ clock, log, metrics, env, contracts, newId: createIds(clock), health: () => asking.ask<Health>('health') },
      bus: createPortBus(busPort, (error) => log.warn('bus: a handler failed', { error })),
      cache: await openCache(settings.cacheUrl, { now: () => clock.now() }),
    })
  }

  const asking = openAsking(port, {
    async open(): Promise<SideService[]> {
      const { services, contracts } = await load(names)
      const shared = await surroundings(contracts)
      for (const service of services) running.set(service.contract.service, await openAny(service, shared))
      // Else only a process that ends in peace leaves the compiled code of this thread to the next. Nobody waits for it.
      setImmediate(flushCompileCache)
      return [...running.values()].map(({ name, listeners, ping }) => ({ name, listeners, hasDatabase: ping !== undefined }))
    },
    take: (name: string, step: Step) => running.get(name)?.[step](),
    pingDatabase: (name: string) => running.get(name)?.ping?.(),
    families: () => metrics.families(),
  })
}
