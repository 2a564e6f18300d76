import { integerColumn, type Migration, withDefault } from '@voipbin/sql'

export const up: Migration = (schema) => schema.addColumn('call_recordings', 'filesize', withDefault(integerColumn(), '0'))
