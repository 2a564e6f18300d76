import { asciiColumn, idColumn, integerColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('direct_directs', {
    resource_type: asciiColumn(32),
    resource_id: idColumn(),
    hash: asciiColumn(32),
    refused_hash: asciiColumn(32),
    resource_version: integerColumn(),
  })
