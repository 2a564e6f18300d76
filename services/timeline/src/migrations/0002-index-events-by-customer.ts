import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('timeline_events', ['customer_id', 'id'])
