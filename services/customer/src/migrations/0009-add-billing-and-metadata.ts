import { idColumn, jsonColumn, type Migration, withDefault } from '@voipbin/sql'

export const up: Migration = async (schema) => {
  await schema.addColumn('customer_customers', 'billing_account_id', withDefault(idColumn(), "'00000000-0000-0000-0000-000000000000'"))
  await schema.addColumn('customer_customers', 'metadata', withDefault(jsonColumn(), `'{"rtp_debug":false}'`))
}
