import { idColumn, jsonColumn, type Migration, nullable, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('call_outbound_configs', {
    ...{ name: textColumn(255), detail: textColumn(4096), codecs: textColumn(255), destination_whitelist: jsonColumn() },
    default_outgoing_source_number_id: nullable(idColumn()),
  })
