import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('webhook_deliveries', ['customer_id', 'state', 'tm_delete', 'tm_create', 'id'])
