import type { Migration } from '@voipbin/sql'

/** The next of a queue. */
export const up: Migration = (schema) => schema.createIndex('webhook_deliveries', ['destination_id', 'order_key', 'state', 'position'])
