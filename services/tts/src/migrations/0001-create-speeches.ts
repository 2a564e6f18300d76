import { asciiColumn, idColumn, integerColumn, type Migration, timeColumn } from '@voipbin/sql'

/** Speech that is kept to be played again. */
export const up: Migration = (schema) =>
  schema.createTable(
    'tts_speeches',
    { speech_key: asciiColumn(64), customer_id: idColumn(), octets: integerColumn(), duration_ms: integerColumn(), tm_used: timeColumn() },
    { primaryKey: ['speech_key'] },
  )
