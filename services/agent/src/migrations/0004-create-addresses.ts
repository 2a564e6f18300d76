import { asciiColumn, idColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createTable(
    'agent_addresses',
    { customer_id: idColumn(), type: asciiColumn(16), target: textColumn(255), agent_id: idColumn() },
    { primaryKey: ['customer_id', 'type', 'target'] },
  )
