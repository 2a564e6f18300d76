import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.dropIndex('registrar_bindings', ['source_ip', 'tm_expire'])
