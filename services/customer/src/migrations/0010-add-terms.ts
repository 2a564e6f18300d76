import { asciiColumn, type Migration, withDefault } from '@voipbin/sql'

export const up: Migration = async (schema) => {
  await schema.addColumn('customer_customers', 'terms_agreed_version', withDefault(asciiColumn(32), "''"))
  await schema.addColumn('customer_customers', 'terms_agreed_ip', withDefault(asciiColumn(45), "''"))
}
