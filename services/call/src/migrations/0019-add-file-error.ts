import { type Migration, textColumn, withDefault } from '@voipbin/sql'

export const up: Migration = (schema) => schema.addColumn('call_recordings', 'file_error', withDefault(textColumn(255), "''"))
