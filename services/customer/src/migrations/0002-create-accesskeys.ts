import { asciiColumn, type Migration, nullable, textColumn, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('customer_accesskeys', {
    name: textColumn(255),
    detail: textColumn(4096),
    token_prefix: asciiColumn(16),
    token_hash: asciiColumn(64),
    tm_expire: nullable(timeColumn()),
  })
