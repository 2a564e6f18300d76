import { asciiColumn, idColumn, integerColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('tts_speakings', {
    ...{ reference_type: textColumn(16), reference_id: idColumn(), language: textColumn(32), provider: textColumn(32) },
    ...{ voice_id: textColumn(128), direction: textColumn(8), status: textColumn(16) },
    ...{ node_id: asciiColumn(64), epoch: idColumn(), subject_id: idColumn(), said_count: integerColumn(), flush_count: integerColumn() },
  })
