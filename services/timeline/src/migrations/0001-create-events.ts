import { idColumn, jsonColumn, type Migration, textColumn, timeColumn } from '@voipbin/sql'

/** Ids are those of the events themselves and grow with time: rows are appended, and the oldest are found by id. */
export const up: Migration = (schema) =>
  schema.createTable(
    'timeline_events',
    {
      ...{ id: idColumn(), customer_id: idColumn(), publisher: textColumn(32), event_type: textColumn(100), resource_id: textColumn(255) },
      ...{ tm_event: timeColumn(), link_ids: jsonColumn(), data: jsonColumn() },
    },
    { primaryKey: ['id'] },
  )
