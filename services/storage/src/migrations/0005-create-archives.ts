import { asciiColumn, integerColumn, jsonColumn, type Migration, textColumn, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('storage_archives', {
    ...{ filename: textColumn(255), filesize: integerColumn(), recording_ids: jsonColumn(), tm_expire: timeColumn() },
    blob_id: asciiColumn(128),
  })
