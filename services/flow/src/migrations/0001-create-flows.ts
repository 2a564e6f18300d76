import { asciiColumn, idColumn, jsonColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('flow_flows', {
    type: textColumn(16),
    name: textColumn(255),
    detail: textColumn(4096),
    actions: jsonColumn(),
    on_complete_flow_id: idColumn(),
    direct_hash: asciiColumn(32),
  })
