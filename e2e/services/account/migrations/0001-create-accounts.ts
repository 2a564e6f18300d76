import { integerColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createEntityTable('account_accounts', { name: textColumn(255), balance: integerColumn() })
