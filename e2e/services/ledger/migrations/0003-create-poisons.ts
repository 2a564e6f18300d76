import { idColumn, integerColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createTable('ledger_poisons', { id: idColumn(), sequence: integerColumn() }, { primaryKey: ['id', 'sequence'] })
