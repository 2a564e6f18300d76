export { compareColumns } from './compare-columns.ts'
export {
  type Connection,
  DatabaseUnavailable,
  type Dialect,
  DuplicateKey,
  type Engine,
  type Row,
  type SqlValue,
  WriteConflict,
} from './connection.ts'
export {
  type Database,
  type DatabaseOptions,
  type EngineOptions,
  openDatabase,
  openEngine,
} from './database.ts'
export { deriveId, digest } from './derive-id.ts'
export { type Changes, type Condition, type EntityTable, entityTable, type NewRow, type Where } from './entity-table.ts'
export type { JobToken } from './job.ts'
export type { Inbox, ParkedEvent } from './kernel/inbox.ts'
export type { Jobs, NewJob, StoredJob } from './kernel/jobs.ts'
export type { Instances, Lease, Leases } from './kernel/membership.ts'
export { OperationExists, type Operations, type StoredOperation } from './kernel/operations.ts'
export type { Outbox, StoredEvent } from './kernel/outbox.ts'
export { createTokenTable, type OneTimeTokens, oneTimeTokens } from './one-time-tokens.ts'
export * from './schema.ts'
export { type Checkpoints, createCheckpoints } from './sqlite-checkpoints.ts'
export { REQUEST_JOB, withOrigin } from './transaction.ts'
export { isInsideTransaction } from './transaction-scope.ts'
export type { Committed, JobHand, JobHands, Origin, Read, Source, Tx } from './tx.ts'
