import { AsyncLocalStorage } from 'node:async_hooks'
import { addMilliseconds, parseTime } from '@voipbin/contracts/time'
import {
  type Database,
  DatabaseUnavailable,
  type JobHand,
  type Origin,
  REQUEST_JOB,
  type JobHands as SqlJobHands,
  type StoredJob,
  type Tx,
} from '@voipbin/sql'
import type { RawCall } from './client.ts'
import type { Clock } from './clock.ts'
import { runInContext, systemContext } from './context.ts'
import { createCtx } from './create-ctx.ts'
import type { JobHandler } from './job.ts'
import { createJobHands } from './job-hands.ts'
import type { Logger } from './logger.ts'
import { type Loop, startLoop } from './loop.ts'
import type { Metrics } from './metrics.ts'
import { requestDelayMs, requestJob } from './request-job.ts'
import { delayAfter, describeFailure, LONGEST_RETRY_MS, NoHandler } from './retry-delays.ts'

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

/** Due jobs looked at in one go. */
const PAGE = 64
/** Between looks for what is due, at most. */
export const JOBS_POLL_MS = 1000

/** A server that hung may do a commit long after it was given up, and after the look that followed. */
const LOOK_FOR_LOST_MS = 30_000

export type Jobs = Loop & SqlJobHands

/** Runs durable jobs when they are due: claims each by compare-and-set, so that one instance has it. */
export function startJobs(parts: Parts): Jobs {
  const handlers = new Map<string, JobHandler>([
    [REQUEST_JOB, requestJob(parts.call)],
    ...parts.handlers.map((handler) => [handler.kind, handler] as const),
  ])
  const { database, clock, instance, service } = parts
  const hands = createJobHands(handlers, () => loop.nudge())
  const held = createHeldJobs(parts)
  let isClosing = false
  /** Nothing of the transaction that leaves a job, nor of its request, is the job's. */
  const inOwnContext = AsyncLocalStorage.snapshot()
  const lateness = parts.metrics.histogram('voipbin_job_late_seconds', 'How late jobs start', ['service'])

  async function claimAndStart(jobs: readonly StoredJob[]): Promise<void> {
    if (jobs.length === 0) return
    const taken = jobs.map(({ kind }) => takeHand(kind))
    let claimed: (StoredJob | undefined)[] = []
    try {
      claimed = await database.engine.inTransaction(async (connection) => {
        const own: (StoredJob | undefined)[] = []
        for (const job of jobs) own.push(await database.jobs.claim(connection, job, instance))
        return own
      })
    } finally {
      for (const [index, give] of taken.entries()) give(claimed[index])
    }
  }

  /** Nobody else has that hand while it is not known whether there is work for it. */
  function takeHand(kind: string, onEnd: () => void = () => undefined): (job: StoredJob | undefined) => void {
    const { promise: given, resolve } = Promise.withResolvers<StoredJob | undefined>()
    const work = async () => {
      const job = await given
      if (job) await run(job)
      onEnd()
    }
    hands.start(kind, () => inOwnContext(work))
    return resolve
  }

  function run(job: StoredJob): Promise<void> {
    lateness.observe({ service }, Math.max(0, clock.now() - parseTime(job.due_at)) / 1000)
    return held.while(job, () => runJob(parts, handlers.get(job.kind), job))
  }

  function reserve(kind: string, id: string): JobHand | undefined {
    if (isClosing || !handlers.has(kind) || !hands.isFree(kind)) return undefined
    held.expect(id)
    const give = takeHand(kind, () => held.forget(id))
    return {
      owner: instance,
      start: give,
      giveBack(isInDoubt) {
        if (isInDoubt) held.doubt()
        give(undefined)
      },
    }
  }

  // Alone, one commit for all. Beside other instances each for itself: locks on many rows at once would cross theirs.
  const claimedAtOnce = database.isExclusive ? PAGE : 1

  async function step(): Promise<number> {
    await held.releaseLost()
    const due = await database.jobs.due(database.engine.reader, clock.time(), PAGE, hands.fullKinds())
    for (const jobs of groupsOf(hands.fitting(due), claimedAtOnce)) await claimAndStart(hands.fitting(jobs))
    if (due.length === PAGE) return 0
    const next = await database.jobs.nextDue(database.engine.reader, hands.fullKinds())
    return next === undefined ? JOBS_POLL_MS : Math.min(Math.max(parseTime(next) - clock.now(), 1), JOBS_POLL_MS)
  }

  const loop = startLoop(clock, parts.log, 'jobs', () => held.doubtOnFailure(step))
  return {
    nudge: loop.nudge,
    reserve,
    async close() {
      isClosing = true
      await loop.close()
      await hands.idle()
    },
  }
}

const groupsOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

/**
 * The jobs in hand here. A commit whose answer was lost with the connection may leave others marked as ours: after a
 * failure the mark is compared with the hands, and what nobody holds waits again.
 */
function createHeldJobs({ database, instance, clock, log }: Parts) {
  const held = new Set<string>()
  /** Ids of those whose commit is under way: others may see it before its answer is here. */
  const expected = new Set<string>()
  const keyOf = (job: StoredJob) => `${job.id} ${job.fence}`
  let isInDoubt = false
  let lookedAt = clock.monotonic()
  return {
    expect: (id: string) => void expected.add(id),
    forget: (id: string) => void expected.delete(id),
    async while(job: StoredJob, work: () => Promise<'recorded' | 'lost'>): Promise<void> {
      held.add(keyOf(job))
      if ((await work()) === 'lost') isInDoubt = true
      held.delete(keyOf(job))
    },
    doubt() {
      isInDoubt = true
    },
    async doubtOnFailure(step: () => Promise<number>): Promise<number> {
      try {
        return await step()
      } catch (error) {
        isInDoubt = true
        throw error
      }
    },
    async releaseLost(): Promise<void> {
      if (!isInDoubt && clock.monotonic() - lookedAt < LOOK_FOR_LOST_MS) return
      isInDoubt = false
      lookedAt = clock.monotonic()
      for (const job of await database.jobs.runningOf(database.engine.reader, instance)) {
        if (held.has(keyOf(job)) || expected.has(job.id)) continue
        log.warn('job was lost with the database connection, trying again', { job: job.kind, key: job.key })
        const next = { state: 'waiting' as const, dueAt: clock.time(), error: 'Lost with the connection to the database' }
        await database.engine.inTransaction((connection) => database.jobs.postpone(connection, job, next))
      }
    },
  }
}

/** @returns "lost" where the failure could not be written down */
async function runJob(parts: Parts, handler: JobHandler | undefined, job: StoredJob): Promise<'recorded' | 'lost'> {
  try {
    if (!handler) throw new NoHandler(`No job "${job.kind}" in this release`)
    const context = systemContext({ requestId: job.request_id, trace: job.trace, operationId: job.id })
    await runInContext(context, () => execute(parts, handler, job))
    return 'recorded'
  } catch (error) {
    if (error instanceof Superseded) return 'recorded'
    return recordFailure(parts, job, error)
  }
}

/** The job was scheduled anew, taken over or removed while it ran: whoever has the row now decides. */
class Superseded extends Error {}

async function execute(parts: Parts, handler: JobHandler, job: StoredJob): Promise<void> {
  const payload = handler.payload.parse(job.payload)
  const origin: Origin = { service: parts.service, operationId: job.id, requestId: job.request_id, trace: job.trace }
  const end = (commit: (tx: Tx) => Promise<void>) =>
    parts.database.transaction({ ...origin, operationId: `${job.id}#end` }, async (tx) => {
      if (!(await parts.database.jobs.finish(tx.connection, job))) throw new Superseded()
      await commit(tx)
    })
  if ('inTx' in handler.run) {
    const { inTx } = handler.run
    await end((tx) => inTx(tx, payload))
    return
  }
  const commit = await handler.run.outside(createCtx(parts, origin), payload)
  await end(async (tx) => commit?.(tx))
}

async function recordFailure(parts: Parts, job: StoredJob, error: unknown): Promise<'recorded' | 'lost'> {
  const delayMs = job.kind === REQUEST_JOB ? requestDelayMs(error, job.attempt) : delayAfter(error, job.attempt)
  const isAway = error instanceof DatabaseUnavailable
  const state = delayMs === undefined && !isAway ? 'dead' : 'waiting'
  const dueAt = addMilliseconds(parts.clock.time(), delayMs ?? LONGEST_RETRY_MS)
  const fields = { job: job.kind, key: job.key, attempt: job.attempt + 1, request_id: job.request_id, error }
  try {
    await parts.database.engine.inTransaction((connection) =>
      parts.database.jobs.postpone(connection, job, { state, dueAt, error: describeFailure(error) }),
    )
  } catch (failure) {
    parts.log.warn('cannot record a failed job; another look will', { ...fields, failure: describeFailure(failure) })
    return 'lost'
  }
  if (state === 'dead') parts.log.error('job given up: see dead-letters', fields)
  else parts.log.warn('job failed, trying again', fields)
  return 'recorded'
}
