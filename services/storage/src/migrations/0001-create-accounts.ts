import { integerColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('storage_accounts', { total_file_count: integerColumn(), total_file_size: integerColumn() })
