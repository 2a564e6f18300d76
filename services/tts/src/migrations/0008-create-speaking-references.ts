import { idColumn, type Migration } from '@voipbin/sql'

/** Calls and rooms that somebody speaks in now: one each. */
export const up: Migration = (schema) =>
  schema.createTable('tts_speaking_references', { reference_id: idColumn(), speaking_id: idColumn() }, { primaryKey: ['reference_id'] })
