import type { Contract, EventDeclaration, KindOf, MethodArguments, MethodName } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Connection } from './connection.ts'
import type { JobToken } from './job.ts'
import type { StoredJob } from './kernel/jobs.ts'

/** Tables of any service: stores name theirs in their own queries. */
// biome-ignore lint/suspicious/noExplicitAny: Kysely's open schema; a store narrows it with `$castTo` or its own interface
export type AnyTables = any

/** Where statements run. Stores use it; methods only pass it on. */
export type Read = {
  readonly connection: Connection
  /** Query builder of this session, for what an entity table does not offer. */
  readonly db: Kysely<AnyTables>
  /**
   * Single rows are locked as they are read: so in a transaction that runs again, where the row that it lost to others
   * would else be lost once more. Databases with one writer have no need of it.
   */
  readonly isLocking: boolean
  /** The transaction's time, or for reads the time of the request: `2026-01-31T08:00:00.000000Z`. */
  readonly now: string
}

/** Names of methods whose repetition is safe to leave to the kernel. */
type RequestableMethod<C extends Contract> = { [M in MethodName<C>]: KindOf<C, M> extends 'query' ? never : M }[MethodName<C>]

/**
 * One transaction. Its effects are rows of the same commit: events, durable requests, scheduled jobs.
 * Nothing but `tx` may be awaited inside it, and the function that got it may run again after a conflict.
 */
export type Tx = Read & {
  /** UUIDv7 of the transaction's clock. */
  newId(): string
  /** Used by entity tables; a method never emits by hand. */
  emit(event: EmittedEvent): void
  /** Sends a command or mutation to another service after the commit, until it is done or refused for good. @returns operation id */
  request<C extends Contract, M extends RequestableMethod<C>>(contract: C, method: M, input: MethodArguments<C, M>): string
  /** Runs the job once at `dueAt` or soon after. The same kind and key replaces what was scheduled before. */
  schedule<S extends z.ZodType>(token: JobToken<S>, key: string, dueAt: string, payload: z.input<S>): void
  unschedule(token: JobToken, key: string): void
}

export type EmittedEvent = {
  readonly type: string
  readonly declaration: EventDeclaration
  readonly payload: Record<string, unknown>
  readonly sequence: number
}

/** What a transaction knows of the request, event or job that it serves. */
export type Origin = {
  readonly service: string
  /** Ids of nested work are derived from it, so that a run again names the same things. */
  readonly operationId: string
  readonly requestId: string
  readonly trace: string
}

/** Clock and ids are the caller's, so that tests can hold them. */
export type Source = { readonly now: () => string; readonly newId: () => string }

/** What a commit left to be done; those who do it are told at once instead of finding it at their next look. */
export type Committed = {
  readonly events: readonly EventEnvelope[]
  /** When the first of the jobs is due that nobody has in hand yet. */
  readonly nextDue: string | undefined
}

/**
 * Whoever runs the jobs of a service. A job that is due at once, and for which a hand is free, is written as in hand and started with the
 * commit: it need not be looked for and claimed. Should that hand die, the row is found as any other that a dead instance had.
 */
export type JobHands = { reserve(kind: string, id: string): JobHand | undefined }
export type JobHand = {
  readonly owner: string
  start(job: StoredJob): void
  /** The transaction did not come about; in doubt: nobody knows. */
  giveBack(isInDoubt: boolean): void
}
