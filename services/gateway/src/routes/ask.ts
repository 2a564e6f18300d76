import { type Clock, runInContext, timeoutMs } from '@voipbin/service-kit'
import type { FastifyRequest } from 'fastify'
import { traceOf } from '../http/trace.ts'
import type { Caller } from '../identity/caller.ts'

type AskParts = { readonly clock: Pick<Clock, 'now'>; readonly newId: () => string }

/** Asks services in the caller's name. */
export function askAs<T>(caller: Caller, request: FastifyRequest, { clock, newId }: AskParts, work: () => Promise<T>): Promise<T> {
  const { id: requestId, headers } = request
  const deadline = clock.now() + timeoutMs.default
  const context = { requestId, trace: traceOf(headers['traceparent']), actor: caller.actor, deadline, operationId: newId(), ordinal: 0 }
  return runInContext(context, work)
}
