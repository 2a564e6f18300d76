import { ServiceError } from '@voipbin/contracts/errors'
import { REQUEST_JOB } from '@voipbin/sql'
import { z } from 'zod'
import type { RawCall, RawTarget } from './client.ts'
import type { JobHandler } from './job.ts'
import { delayAfter, LONGEST_RETRY_MS } from './retry-delays.ts'

const payload = z.object({
  service: z.string(),
  method: z.string(),
  kind: z.enum(['query', 'mutation', 'command']),
  timeout: z.enum(['default', 'long', 'stream']),
  input: z.unknown(),
  operation_id: z.string(),
})

/**
 * The job behind `tx.request`. Its operation id is the job's, so the owner does a mutation once however often it is
 * sent. A command may reach its owner twice: it must tell repetitions by ids in its input.
 */
export function requestJob(call: RawCall): JobHandler {
  const outside = async (_: unknown, given: unknown) => {
    const { service, method, kind, timeout, input, operation_id } = payload.parse(given)
    const target: RawTarget = { service, method, kind, timeout }
    await call(target, input, { operationId: operation_id, repeated: true, isTriedOnce: true })
  }
  return { kind: REQUEST_JOB, payload, run: { outside } }
}

/** Who is away will come back, so it is tried without end; what is refused is refused for good. */
export function requestDelayMs(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof ServiceError)) return delayAfter(error, attempt)
  if (error.status === 'UNAVAILABLE') return delayAfter(error, attempt) ?? LONGEST_RETRY_MS
  const maySucceedLater = error.status === 'INTERNAL' || error.status === 'RESOURCE_EXHAUSTED' || error.reason === 'CONFLICT'
  return maySucceedLater ? delayAfter(error, attempt) : undefined
}
