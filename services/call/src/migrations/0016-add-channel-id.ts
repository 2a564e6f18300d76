import { idColumn, type Migration, withDefault } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.addColumn('call_calls', 'channel_id', withDefault(idColumn(), "'00000000-0000-0000-0000-000000000000'"))
