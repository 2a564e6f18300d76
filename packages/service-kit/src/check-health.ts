import type { Bus } from '@voipbin/bus'
import type { Cache } from '@voipbin/cache'
import { answered, CHECK_TIMEOUT_MS } from './answered.ts'
import type { Health } from './define-service.ts'
import type { Living } from './run-service.ts'

type Check = Health['checks'][string]

/** Before and after it runs, a process lives and takes no work. */
export type Phase = 'starting' | 'running' | 'stopping'
type Parts = { readonly phase: Phase; readonly services: readonly Living[]; readonly bus: Bus; readonly cache: Cache }

/** Asks everything that the process stands on, at once. */
export async function checkHealth({ phase, services, bus, cache }: Parts): Promise<Health> {
  const entries: Promise<[string, Check]>[] = [
    ...(phase === 'running' ? [] : [Promise.resolve<[string, Check]>(['process', { status: 'failed', latency_ms: 0, error: phase }])]),
    check('bus', async () => bus.ping()),
    check('cache', async () => cache.ping()),
    ...services.flatMap(({ name, ping }) => (ping ? [check(`sql:${name}`, ping)] : [])),
  ]
  const checks = Object.fromEntries(await Promise.all(entries))
  const failed = Object.entries(checks)
    .filter(([, { status }]) => status === 'failed')
    .map(([name]) => name)
  // Everything in the cache can be made again: without it the platform is slower, not away.
  const status = failed.length === 0 ? 'ok' : failed.every((name) => name === 'cache') ? 'degraded' : 'unavailable'
  return { status, checks }
}

async function check(name: string, probe: () => Promise<unknown>): Promise<[string, Check]> {
  const start = performance.now()
  const latency = () => Math.round((performance.now() - start) * 100) / 100
  try {
    await answered(probe(), CHECK_TIMEOUT_MS)
    return [name, { status: 'ok', latency_ms: latency() }]
  } catch (error) {
    return [name, { status: 'failed', latency_ms: latency(), error: error instanceof Error ? error.message : String(error) }]
  }
}
