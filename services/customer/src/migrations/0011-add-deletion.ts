import { type Migration, nullable, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) => schema.addColumn('customer_customers', 'tm_deletion_scheduled', nullable(timeColumn()))
