import { type Migration, nullable, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) => schema.addColumn('customer_customers', 'tm_webhook_secret', nullable(timeColumn()))
