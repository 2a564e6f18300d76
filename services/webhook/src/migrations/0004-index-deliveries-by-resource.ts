import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createIndex('webhook_deliveries', ['customer_id', 'resource_id', 'tm_delete', 'tm_create', 'id'])
