import { asciiColumn, idColumn, type Migration, textColumn, timeColumn } from '@voipbin/sql'

/** Runs of flows that have a webhook of their own. */
export const up: Migration = (schema) =>
  schema.createTable(
    'webhook_activeflows',
    { activeflow_id: idColumn(), customer_id: idColumn(), uri: textColumn(1024), method: asciiColumn(8), tm_create: timeColumn() },
    { primaryKey: ['activeflow_id'] },
  )
