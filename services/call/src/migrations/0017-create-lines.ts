import { idColumn, integerColumn, type Migration } from '@voipbin/sql'

/** Extensions and trunks that have called, to be locked while their calls are counted. */
export const up: Migration = (schema) =>
  schema.createTable(
    'call_lines',
    { identity_id: idColumn(), customer_id: idColumn(), offers: integerColumn() },
    { primaryKey: ['identity_id'] },
  )
