import { idColumn, integerColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('ledger_bookings', { transfer_id: idColumn(), account_id: idColumn(), amount: integerColumn() })
