import { idColumn, jsonColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('route_providercalls', {
    ...{ provider_id: idColumn(), flow_id: idColumn(), source: jsonColumn(), destinations: jsonColumn(), anonymous: textColumn(8) },
    ...{ call_ids: jsonColumn(), groupcall_ids: jsonColumn() },
  })
