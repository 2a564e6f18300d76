import { asciiColumn, booleanColumn, idColumn, integerColumn, type Migration, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createTable(
    'call_nodes',
    { id: asciiColumn(64), epoch: idColumn(), tm_seen: timeColumn(), free: integerColumn(), is_draining: booleanColumn() },
    { primaryKey: ['id'] },
  )
