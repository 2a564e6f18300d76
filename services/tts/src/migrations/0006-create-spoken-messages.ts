import { idColumn, integerColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('tts_spoken_messages', {
    ...{ speaking_id: idColumn(), number: integerColumn(), status: textColumn(16), text: textColumn(5000) },
  })
