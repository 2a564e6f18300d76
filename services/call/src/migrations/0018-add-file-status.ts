import { asciiColumn, type Migration, withDefault } from '@voipbin/sql'

export const up: Migration = (schema) => schema.addColumn('call_recordings', 'file_status', withDefault(asciiColumn(16), "'none'"))
