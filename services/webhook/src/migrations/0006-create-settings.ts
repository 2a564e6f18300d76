import { asciiColumn, booleanColumn, idColumn, integerColumn, type Migration, textColumn, timeColumn } from '@voipbin/sql'

/** What customers have set, as their events tell; never their secret. */
export const up: Migration = (schema) =>
  schema.createTable(
    'webhook_settings',
    {
      customer_id: idColumn(),
      uri: textColumn(1024),
      method: asciiColumn(8),
      is_deleted: booleanColumn(),
      version: integerColumn(),
      tm_update: timeColumn(),
    },
    { primaryKey: ['customer_id'] },
  )
