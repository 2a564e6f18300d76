import { type Migration, textColumn, withDefault } from '@voipbin/sql'

export const up: Migration = (schema) => schema.addColumn('call_calls', 'refused_by', withDefault(textColumn(64), "''"))
