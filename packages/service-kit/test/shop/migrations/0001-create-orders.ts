import { integerColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('shop_orders', { name: textColumn(255), amount: integerColumn(), pin: textColumn(255) })
