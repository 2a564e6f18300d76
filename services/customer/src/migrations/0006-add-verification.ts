import { asciiColumn, booleanColumn, type Migration, nullable, textColumn, withDefault } from '@voipbin/sql'

/** Customers from before claim no address until they verify one. */
export const up: Migration = async (schema) => {
  await schema.addColumn('customer_customers', 'email_verified', withDefault(booleanColumn(), '0'))
  await schema.addColumn('customer_customers', 'email_claim', nullable(textColumn(255)))
  await schema.addColumn('customer_customers', 'identity_verification_status', withDefault(asciiColumn(16), "'none'"))
}
