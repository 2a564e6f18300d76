import { asciiColumn, idColumn, jsonColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('call_confbridges', {
    ...{ type: textColumn(16), status: textColumn(16), reference_type: textColumn(16), reference_id: idColumn() },
    ...{ call_ids: jsonColumn(), joined_call_id: idColumn(), leaved_call_id: idColumn(), flags: jsonColumn() },
    ...{ recording_id: idColumn(), recording_ids: jsonColumn(), node_id: asciiColumn(64), epoch: idColumn(), affinity: idColumn() },
  })
