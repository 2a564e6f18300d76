import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('customer_customers', ['email'])
