import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('number_numbers', ['type', 'tm_delete', 'tm_renew'])
