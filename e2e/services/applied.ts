import type { EventEnvelope } from '@voipbin/contracts/event'
import { asciiColumn, idColumn, integerColumn, type Schema, type Tx } from '@voipbin/sql'

/**
 * The event log that the checker reads: one row for every event that a listener applied, in the order of the commits.
 * Nothing keeps an event from being in it twice but the kernel.
 */
export const createAppliedTable = (schema: Schema, table: string): Promise<void> =>
  schema.createTable(
    table,
    { publisher: asciiColumn(64), type: asciiColumn(64), resource_id: idColumn(), sequence: integerColumn(), event_id: idColumn() },
    { primaryKey: ['position'], isCounted: true },
  )

export function insertApplied(table: string): (tx: Tx, event: EventEnvelope) => Promise<void> {
  const text = `insert into ${table} (publisher, type, resource_id, sequence, event_id) values (?, ?, ?, ?, ?)`
  return async (tx, { publisher, type, resource_id, sequence, id }) => {
    await tx.connection.run(text, [publisher, type, resource_id, sequence, id])
  }
}
