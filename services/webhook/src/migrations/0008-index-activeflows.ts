import type { Migration } from '@voipbin/sql'

/** Those of a customer that is deleted. */
export const up: Migration = (schema) => schema.createIndex('webhook_activeflows', ['customer_id'])
