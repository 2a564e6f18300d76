import { asciiColumn, idColumn, integerColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('storage_files', {
    owner_type: asciiColumn(16),
    owner_id: idColumn(),
    reference_type: asciiColumn(16),
    reference_id: idColumn(),
    type: asciiColumn(16),
    name: textColumn(255),
    detail: textColumn(4096),
    filename: textColumn(255),
    filesize: integerColumn(),
    content_type: textColumn(255),
    blob_id: asciiColumn(128),
  })
