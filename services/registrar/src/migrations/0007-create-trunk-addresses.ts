import { asciiColumn, idColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createTable(
    'registrar_trunk_addresses',
    { address: asciiColumn(45), trunk_id: idColumn() },
    { primaryKey: ['address', 'trunk_id'] },
  )
