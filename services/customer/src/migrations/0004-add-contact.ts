import { type Migration, textColumn, withDefault } from '@voipbin/sql'

export const up: Migration = async (schema) => {
  await schema.addColumn('customer_customers', 'phone_number', withDefault(textColumn(32), "''"))
  await schema.addColumn('customer_customers', 'address', withDefault(textColumn(1024), "''"))
}
