import { ServiceError } from '@voipbin/contracts/errors'
import { addMilliseconds, parseTime } from '@voipbin/contracts/time'
import { type Database, DatabaseUnavailable, type Origin, REQUEST_JOB, type StoredJob, type Tx } from '@voipbin/sql'
import { z } from 'zod'
import type { RawCall, RawTarget } from './client.ts'
import type { Clock } from './clock.ts'
import { runInContext, systemContext } from './context.ts'
import type { JobHandler } from './define-service.ts'
import type { Logger } from './logger.ts'
import { type Loop, startLoop } from './loop.ts'
import type { Metrics } from './metrics.ts'
import { describeFailure, LONGEST_RETRY_MS, retryDelayMs } from './retry-delays.ts'
import { createCtx } from './serve-methods.ts'

type Parts = {
  readonly service: string
  readonly instance: string
  readonly handlers: readonly JobHandler[]
  readonly database: Database
  readonly call: RawCall
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

/** Jobs of one service under way at once in one instance. */
const CONCURRENCY = 16
const POLL_MS = 1000

/** Runs durable jobs when they are due: claims each by compare-and-set, so that one instance has it. */
export function startJobs(parts: Parts): Loop {
  const handlers = new Map<string, JobHandler>([
    [REQUEST_JOB, requestJob(parts.call)],
    ...parts.handlers.map((handler) => [handler.kind, handler] as const),
  ])
  const { database, clock } = parts
  const running = new Set<Promise<void>>()
  const lateness = parts.metrics.histogram('voipbin_job_late_seconds', 'How late jobs start', ['service'])

  const loop = startLoop(clock, parts.log, 'jobs', async () => {
    const now = clock.time()
    for (const job of await database.jobs.due(database.engine.reader, now, CONCURRENCY * 4)) {
      if (running.size >= CONCURRENCY) await Promise.race(running)
      const claimed = await database.engine.inTransaction((connection) => database.jobs.claim(connection, job, parts.instance))
      if (!claimed) continue
      lateness.observe({ service: parts.service }, Math.max(0, clock.now() - parseTime(job.due_at)) / 1000)
      const work = runJob(parts, handlers.get(job.kind), claimed).finally(() => running.delete(work))
      running.add(work)
    }
    const next = await database.jobs.nextDue(database.engine.reader)
    return next === undefined ? POLL_MS : Math.min(Math.max(parseTime(next) - clock.now(), 1), POLL_MS)
  })
  return {
    nudge: loop.nudge,
    async close() {
      await loop.close()
      await Promise.all(running)
    },
  }
}

async function runJob(parts: Parts, handler: JobHandler | undefined, job: StoredJob): Promise<void> {
  try {
    if (!handler) throw new TypeError(`No job "${job.kind}" in this release`)
    const context = systemContext({ requestId: job.request_id, trace: job.trace, operationId: job.id })
    await runInContext(context, () => execute(parts, handler, job))
  } catch (error) {
    if (error instanceof Superseded) return
    await fail(parts, job, error).catch((failure) =>
      parts.log.warn('cannot record a failed job; another look will', { job: job.kind, error: failure }),
    )
  }
}

/** The job was scheduled anew, taken over or removed while it ran: whoever has the row now decides. */
class Superseded extends Error {}

async function execute(parts: Parts, handler: JobHandler, job: StoredJob): Promise<void> {
  const payload = handler.payload.parse(job.payload)
  const origin: Origin = { service: parts.service, operationId: `${job.id}#${job.fence}`, requestId: job.request_id, trace: job.trace }
  const end = (commit: (tx: Tx) => Promise<void>) =>
    parts.database.transaction(origin, async (tx) => {
      if (!(await parts.database.jobs.finish(tx.connection, job))) throw new Superseded()
      await commit(tx)
    })
  if ('inTx' in handler.run) {
    const { inTx } = handler.run
    await end((tx) => inTx(tx, payload))
    return
  }
  const commit = await handler.run.outside(createCtx(parts, { ...origin, operationId: job.id }), payload)
  await end(async (tx) => commit?.(tx))
}

async function fail(parts: Parts, job: StoredJob, error: unknown): Promise<void> {
  const delayMs = job.kind === REQUEST_JOB ? requestDelayMs(job.attempt, error) : retryDelayMs(job.attempt)
  const isAway = error instanceof DatabaseUnavailable
  const state = delayMs === undefined && !isAway ? 'dead' : 'waiting'
  const dueAt = addMilliseconds(parts.clock.time(), delayMs ?? LONGEST_RETRY_MS)
  await parts.database.engine.inTransaction((connection) =>
    parts.database.jobs.postpone(connection, job, { state, dueAt, error: describeFailure(error) }),
  )
  const fields = { job: job.kind, key: job.key, attempt: job.attempt + 1, request_id: job.request_id, error }
  if (state === 'dead') parts.log.error('job given up: see dead-letters', fields)
  else parts.log.warn('job failed, trying again', fields)
}

const requestPayload = z.object({
  service: z.string(),
  method: z.string(),
  kind: z.enum(['query', 'mutation', 'command']),
  timeout: z.enum(['default', 'long', 'stream']),
  input: z.unknown(),
  operation_id: z.string(),
})

/** A durable request: its operation id is the job's, so the owner does it once however often it is sent. */
function requestJob(call: RawCall): JobHandler {
  const outside = async (_: unknown, payload: unknown) => {
    const { service, method, kind, timeout, input, operation_id } = requestPayload.parse(payload)
    const target: RawTarget = { service, method, kind, timeout }
    await call(target, input, { operationId: operation_id, repeated: true })
  }
  return { kind: REQUEST_JOB, payload: requestPayload, run: { outside } }
}

/** Who is away will come back, so it is tried without end; what is refused is refused for good. */
function requestDelayMs(attempt: number, error: unknown): number | undefined {
  if (!(error instanceof ServiceError)) return retryDelayMs(attempt)
  if (error.status === 'UNAVAILABLE' || error.status === 'RESOURCE_EXHAUSTED') return retryDelayMs(attempt) ?? LONGEST_RETRY_MS
  if (error.status === 'INTERNAL' || error.reason === 'CONFLICT') return retryDelayMs(attempt)
  return undefined
}
