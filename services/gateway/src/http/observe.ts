import type { Clock, Logger, Metrics } from '@voipbin/service-kit'
import type { FastifyRequest } from 'fastify'
import type { Caller } from '../identity/caller.ts'

/** What is known of a request while it is answered. */
export type Exchange = {
  /** `GET /v1.0/tags/:id`; never the path as it came, which may carry secrets and is unbounded. */
  readonly route: string
  readonly address: string
  readonly startedMs: number
  caller: Caller | undefined
  /** Of the refusal, where it was one. */
  reason: string | undefined
}

/** Counts and logs an answered request. */
export type Observe = (request: FastifyRequest, status: number) => void

/** Asked every few seconds by machines: said only where somebody looks for it. */
const quietRoutes: ReadonlySet<string> = new Set(['GET /ping', 'GET /health/live', 'GET /health/ready'])

export function createObserve(metrics: Metrics, log: Logger, clock: Pick<Clock, 'monotonic'>): Observe {
  const requests = metrics.counter('voipbin_http_requests_total', 'Requests of the public API by route and HTTP status', [
    'method',
    'route',
    'status',
  ])
  const seconds = metrics.histogram('voipbin_http_request_seconds', 'Time to answer a request of the public API', ['route'])
  return ({ id, method, exchange }, status) => {
    const { route, address, startedMs, caller, reason } = exchange
    const durationMs = clock.monotonic() - startedMs
    requests.add({ method: verbs.has(method) ? method : 'other', route, status })
    seconds.observe({ route }, durationMs / 1000)
    const fields = {
      request_id: id,
      customer_id: caller?.actor.customer_id ?? '',
      route,
      status,
      duration_ms: Math.round(durationMs * 10) / 10,
      address,
    }
    const level = status >= 500 ? 'warn' : quietRoutes.has(route) ? 'debug' : 'info'
    log[level]('request', reason === undefined ? fields : { ...fields, reason })
  }
}

/** Methods come from strangers: each other word would be a new time series. */
const verbs: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'])
