import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('registrar_extensions', ['customer_id', 'digest_algorithm', 'tm_delete'])
