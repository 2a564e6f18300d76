import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.dropColumn('registrar_bindings', 'source_ip')
