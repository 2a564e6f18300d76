import { booleanColumn, idColumn, type Migration } from '@voipbin/sql'

/** What an event belongs to: its resource, and the call, activeflow and groupcall that it was part of. */
export const up: Migration = (schema) =>
  schema.createTable(
    'timeline_links',
    { resource_id: idColumn(), event_id: idColumn(), is_own: booleanColumn() },
    { primaryKey: ['resource_id', 'event_id'], isClustered: true },
  )
