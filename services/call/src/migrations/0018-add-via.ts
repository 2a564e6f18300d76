import { jsonColumn, type Migration, withDefault } from '@voipbin/sql'

export const up: Migration = (schema) => schema.addColumn('call_calls', 'via', withDefault(jsonColumn(), "'[]'"))
