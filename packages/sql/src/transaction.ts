import { type EventDeclaration, methodDeclaration } from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { NIL_ID } from '@voipbin/contracts/fields'
import { compileProjection, type Projection } from '@voipbin/contracts/project'
import type { z } from 'zod'
import { type Connection, DatabaseUnavailable, DuplicateKey, type Engine, WriteConflict } from './connection.ts'
import { deriveId } from './derive-id.ts'
import type { Jobs, NewJob, StoredJob } from './kernel/jobs.ts'
import type { Outbox } from './kernel/outbox.ts'
import { openKysely } from './kysely.ts'
import { afterTheEnd, openScope } from './scoped-connection.ts'
import type { Committed, EmittedEvent, JobHand, JobHands, Origin, Source, Tx } from './tx.ts'

type Parts = {
  readonly engine: Engine
  readonly source: Source
  readonly outbox: Outbox
  readonly jobs: Jobs
  readonly onCommit: (committed: Committed) => void
  readonly hands: JobHands
}

/** Runs of a transaction that lose to others before its caller is told so. */
const ATTEMPTS = 3
/** The kind of job that is a durable request to another service. */
export const REQUEST_JOB = 'request'

export async function runTransaction<T>(parts: Parts, origin: Origin, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(parts, { origin, isLocking: attempt > 1 && parts.engine.dialect === 'mysql' }, work)
    } catch (error) {
      // A key that another transaction has taken meanwhile: run again, and the checks of "work" see its row.
      if (!(error instanceof WriteConflict || error instanceof DuplicateKey)) throw error
      if (attempt < ATTEMPTS) continue
      if (error instanceof DuplicateKey)
        throw new ServiceError('ALREADY_EXISTS', 'ALREADY_EXISTS', 'Cannot save: it exists already', { cause: error })
      throw new ServiceError('FAILED_PRECONDITION', 'CONFLICT', 'Cannot save: the resource was changed by others at the same time', {
        cause: error,
      })
    }
  }
}

type Attempt = { readonly origin: Origin; readonly isLocking: boolean }

async function runOnce<T>(parts: Parts, { origin, isLocking }: Attempt, work: (tx: Tx) => Promise<T>): Promise<T> {
  const now = parts.source.now()
  const effects = createEffects()
  const inHand: InHand[] = []
  let nextDue: string | undefined
  let result: T
  try {
    result = await parts.engine.inTransaction(async (connection) => {
      const scope = openScope(connection)
      let value: T
      try {
        value = await work(createTx({ connection: scope.connection, isLocking, source: parts.source, now, effects }, origin))
        scope.checkEnd()
      } finally {
        scope.close()
        effects.close()
      }
      if (effects.events.length > 0) await parts.outbox.append(connection, effects.events, now)
      nextDue = await saveJobs(parts, connection, { changes: effects.jobs, now, inHand })
      return value
    })
  } catch (error) {
    for (const { hand } of inHand) hand.giveBack(error instanceof DatabaseUnavailable)
    throw error
  }
  if (effects.events.length > 0 || nextDue !== undefined) parts.onCommit({ events: effects.events, nextDue })
  for (const { hand, job } of inHand) hand.start(job)
  return result
}

type InHand = { readonly hand: JobHand; readonly job: StoredJob }
type Saving = { readonly changes: readonly JobChange[]; readonly now: string; readonly inHand: InHand[] }

/** @returns when the first is due that is in nobody's hand */
async function saveJobs({ jobs, hands }: Parts, connection: Connection, { changes, now, inHand }: Saving): Promise<string | undefined> {
  let nextDue: string | undefined
  for (const change of lastOfEach(changes)) {
    if (!('payload' in change)) {
      await jobs.unschedule(connection, change.kind, change.key)
      continue
    }
    const hand = change.dueAt <= now ? hands.reserve(change.kind, change.id) : undefined
    try {
      const job = await jobs.schedule(connection, change, now, hand?.owner)
      if (hand) inHand.push({ hand, job })
      else if (nextDue === undefined || change.dueAt < nextDue) nextDue = change.dueAt
    } catch (error) {
      hand?.giveBack(false)
      throw error
    }
  }
  return nextDue
}

/** Of several changes to one job the last one counts, and of several jobs the first one goes first. */
function lastOfEach(changes: readonly JobChange[]): Iterable<JobChange> {
  if (changes.length < 2) return changes
  return new Map(changes.map((change) => [`${change.kind} ${change.key}`, change])).values()
}

type JobChange = NewJob | { readonly kind: string; readonly key: string }
/** What a run wants done, in order; a run that conflicts leaves nothing behind. */
type Effects = {
  readonly events: EventEnvelope[]
  readonly jobs: JobChange[]
  addEvent(event: EventEnvelope): void
  addJob(change: JobChange): void
  /** What is added later would go under. */
  close(): void
}
type Run = {
  readonly connection: Connection
  readonly isLocking: boolean
  readonly source: Source
  readonly now: string
  readonly effects: Effects
}

function createEffects(): Effects {
  const events: EventEnvelope[] = []
  const jobs: JobChange[] = []
  let isOpen = true
  const add = <T>(list: T[], item: T) => {
    if (!isOpen) throw afterTheEnd()
    list.push(item)
  }
  return {
    events,
    jobs,
    addEvent: (event) => add(events, event),
    addJob: (change) => add(jobs, change),
    close() {
      isOpen = false
    },
  }
}

const RUN = Symbol('run')
type OwnTx = Tx & { readonly [RUN]: Run }

/** The same transaction for another cause: what is done through it carries that cause's request id, trace and operation id. */
export function withOrigin(tx: Tx, origin: Origin): Tx {
  const { [RUN]: run } = tx as OwnTx
  if (!run) throw new TypeError('Not a transaction of this package')
  return createTx(run, origin)
}

function createTx(run: Run, origin: Origin): Tx {
  const { connection, isLocking, source, now, effects } = run
  const { requestId, trace } = origin
  let requests = 0
  const tx: OwnTx = {
    [RUN]: run,
    connection,
    isLocking,
    now,
    get db() {
      return openKysely(connection)
    },
    newId: source.newId,
    emit(event) {
      effects.addEvent(envelopeOf(event, origin, source.newId(), now))
    },
    request(contract, method, input) {
      const id = deriveId(origin.operationId, contract.service, method, requests++)
      const { kind, timeout, input: schema } = methodDeclaration(contract, method)
      const payload = { service: contract.service, method, kind, timeout, input: schema.parse(input), operation_id: id }
      effects.addJob({ id, kind: REQUEST_JOB, key: id, dueAt: now, payload, requestId, trace })
      return id
    },
    schedule(token, key, dueAt, payload) {
      if (dueAt.length !== now.length) throw new TypeError(`Cannot schedule "${token.kind}": "${dueAt}" is no time with six decimals`)
      effects.addJob({ id: source.newId(), kind: token.kind, key, dueAt, payload: token.payload.parse(payload), requestId, trace })
    },
    unschedule(token, key) {
      effects.addJob({ kind: token.kind, key })
    },
  }
  return tx
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

/** One that names nothing is ordered by itself: all that name nothing would wait for each other. */
function orderKeyOf({ order_key }: EventDeclaration, payload: Readonly<Record<string, unknown>>): string {
  const named = String(payload[order_key] ?? '')
  return named === '' || named === NIL_ID ? String(payload['id'] ?? '') : named
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
    order_key: orderKeyOf(declaration, payload),
    sequence: event.sequence,
    request_id: origin.requestId,
    trace: origin.trace,
    data,
  }
}
