import { ServiceError } from '@voipbin/contracts/errors'
import type { FastifyRequest } from 'fastify'

/** An unknown path and a known one with another method are the same. Its query, which may carry a credential, is not repeated. */
export function routeNotFound({ method, url }: FastifyRequest): ServiceError {
  const path = (url.split('?')[0] ?? '').slice(0, 200)
  return new ServiceError('NOT_FOUND', 'ROUTE_NOT_FOUND', `No such route: ${method} ${path}. Those that there are: /docs`)
}
