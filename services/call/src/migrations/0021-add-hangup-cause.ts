import { integerColumn, type Migration, withDefault } from '@voipbin/sql'

export const up: Migration = (schema) => schema.addColumn('call_groupcalls', 'hangup_cause', withDefault(integerColumn(), '0'))
