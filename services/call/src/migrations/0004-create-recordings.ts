import { asciiColumn, idColumn, integerColumn, type Migration, nullable, textColumn, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('call_recordings', {
    ...{ owner_type: textColumn(16), owner_id: idColumn(), activeflow_id: idColumn() },
    ...{ reference_type: textColumn(16), reference_id: idColumn(), status: textColumn(16), format: textColumn(8) },
    ...{ on_end_flow_id: idColumn(), tm_start: nullable(timeColumn()), tm_end: nullable(timeColumn()) },
    ...{ duration_ms: integerColumn(), error: textColumn(255), file: textColumn(2048) },
    ...{ node_id: asciiColumn(64), epoch: idColumn() },
  })
