import { asciiColumn, type Migration, textColumn, withDefault } from '@voipbin/sql'

/** Customers from before have no secret: their webhooks are not signed. */
export const up: Migration = async (schema) => {
  await schema.addColumn('customer_customers', 'webhook_method', withDefault(asciiColumn(8), "''"))
  await schema.addColumn('customer_customers', 'webhook_uri', withDefault(textColumn(1024), "''"))
  await schema.addColumn('customer_customers', 'webhook_secret', withDefault(asciiColumn(64), "''"))
}
