import { idColumn, integerColumn, type Migration, textColumn } from '@voipbin/sql'

/** A row for each destination and order key under which something waits, and as long as it does. */
export const up: Migration = (schema) =>
  schema.createTable(
    'webhook_queues',
    { destination_id: idColumn(), order_key: textColumn(255), last_position: integerColumn() },
    { primaryKey: ['destination_id', 'order_key'], isClustered: true },
  )
