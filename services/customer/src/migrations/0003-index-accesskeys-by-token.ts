import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('customer_accesskeys', ['token_hash'], { unique: true })
