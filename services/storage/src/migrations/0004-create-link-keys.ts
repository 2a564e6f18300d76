import { asciiColumn, type Migration, timeColumn } from '@voipbin/sql'

/** What links are signed with: one row. */
export const up: Migration = (schema) =>
  schema.createTable(
    'storage_link_keys',
    { name: asciiColumn(16), secret_key: asciiColumn(64), tm_create: timeColumn() },
    { primaryKey: ['name'] },
  )
