import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('registrar_trunk_addresses', ['trunk_id'])
