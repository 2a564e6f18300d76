import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('registrar_bindings', ['source', 'tm_expire'])
