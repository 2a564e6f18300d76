import { asciiColumn, type Migration, nullable } from '@voipbin/sql'

export const up: Migration = (schema) => schema.addColumn('customer_customers', 'webhook_secret_previous', nullable(asciiColumn(64)))
