import { methodDeclaration } from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { compileProjection, type Projection } from '@voipbin/contracts/project'
import type { z } from 'zod'
import { type Connection, DuplicateKey, type Engine, WriteConflict } from './connection.ts'
import type { Committed, Source } from './database.ts'
import { deriveId } from './derive-id.ts'
import type { Jobs, NewJob } from './kernel/jobs.ts'
import type { Outbox } from './kernel/outbox.ts'
import { openKysely } from './kysely.ts'
import { runInsideTransaction } from './transaction-scope.ts'
import type { EmittedEvent, Origin, Tx } from './tx.ts'

type Parts = {
  readonly engine: Engine
  readonly source: Source
  readonly outbox: Outbox
  readonly jobs: Jobs
  readonly onCommit: (committed: Committed) => void
}

/** Runs of a transaction that lose to others before its caller is told so. */
const ATTEMPTS = 3
/** The kind of job that is a durable request to another service. */
export const REQUEST_JOB = 'request'

export async function runTransaction<T>(parts: Parts, origin: Origin, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(parts, origin, work)
    } catch (error) {
      // A key that another transaction has taken meanwhile: run again, and the checks of "work" see its row.
      if (!(error instanceof WriteConflict || error instanceof DuplicateKey)) throw error
      if (attempt < ATTEMPTS) continue
      if (error instanceof DuplicateKey) throw new ServiceError('ALREADY_EXISTS', 'ALREADY_EXISTS', 'Cannot save: it exists already', { cause: error })
      throw new ServiceError('FAILED_PRECONDITION', 'CONFLICT', 'Cannot save: the resource was changed by others at the same time', { cause: error })
    }
  }
}

async function runOnce<T>(parts: Parts, origin: Origin, work: (tx: Tx) => Promise<T>): Promise<T> {
  const now = parts.source.now()
  const effects = createEffects(parts.source, origin, now)
  const result = await parts.engine.inTransaction(async (connection) => {
    const tx = createTx(connection, parts.source, now, effects)
    const value = await runInsideTransaction(() => work(tx))
    if (effects.events.length > 0) await parts.outbox.append(connection, effects.events, now)
    for (const change of effects.jobs) {
      if ('payload' in change) await parts.jobs.schedule(connection, change, now)
      else await parts.jobs.unschedule(connection, change.kind, change.key)
    }
    return value
  })
  if (effects.events.length > 0 || effects.jobs.length > 0) parts.onCommit({ events: effects.events, jobs: effects.jobs.length })
  return result
}

type JobChange = NewJob | { readonly kind: string; readonly key: string }
type Effects = {
  readonly events: EventEnvelope[]
  readonly jobs: JobChange[]
  emit(event: EmittedEvent): void
  request: Tx['request']
  schedule: Tx['schedule']
  unschedule: Tx['unschedule']
}

function createTx(connection: Connection, source: Source, now: string, effects: Effects): Tx {
  return {
    connection,
    now,
    get db() {
      return openKysely(connection)
    },
    newId: source.newId,
    emit: effects.emit,
    request: effects.request,
    schedule: effects.schedule,
    unschedule: effects.unschedule,
  }
}

/** Collects what a run wants done, in order; a run that conflicts leaves nothing behind. */
function createEffects(source: Source, origin: Origin, now: string): Effects {
  const events: EventEnvelope[] = []
  const jobs: JobChange[] = []
  const { requestId, trace } = origin
  return {
    events,
    jobs,
    emit(event) {
      events.push(envelopeOf(event, origin, source.newId(), now))
    },
    request(contract, method, input) {
      const id = deriveId(origin.operationId, contract.service, method, jobs.length)
      const { kind, timeout, input: schema } = methodDeclaration(contract, method)
      const payload = { service: contract.service, method, kind, timeout, input: schema.parse(input), operation_id: id }
      jobs.push({ id, kind: REQUEST_JOB, key: id, dueAt: now, payload, requestId, trace })
      return id
    },
    schedule(token, key, dueAt, payload) {
      jobs.push({ id: source.newId(), kind: token.kind, key, dueAt, payload: token.payload.parse(payload), requestId, trace })
    },
    unschedule(token, key) {
      jobs.push({ kind: token.kind, key })
    },
  }
}

const withoutSecrets = new WeakMap<z.ZodType, Projection>()

function dropSecrets(schema: z.ZodType, data: unknown): unknown {
  let project = withoutSecrets.get(schema)
  if (!project) {
    project = compileProjection(schema, ['secret'])
    withoutSecrets.set(schema, project)
  }
  return project(data)
}

/** The producer checks what it says: a payload that does not fit its schema is a defect here, not at the listeners. */
function envelopeOf(event: EmittedEvent, origin: Origin, id: string, time: string): EventEnvelope {
  const { declaration, payload } = event
  const data = dropSecrets(declaration.payload, declaration.payload.parse(payload))
  return {
    id,
    time,
    type: event.type,
    publisher: origin.service,
    customer_id: String(payload['customer_id'] ?? ''),
    resource_id: String(payload['id'] ?? ''),
    order_key: String(payload[declaration.order_key] ?? payload['id'] ?? ''),
    sequence: event.sequence,
    request_id: origin.requestId,
    trace: origin.trace,
    data,
  }
}
