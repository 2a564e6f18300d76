import { asciiColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('customer_customers', {
    name: textColumn(255),
    detail: textColumn(4096),
    email: textColumn(255),
    status: asciiColumn(16),
  })
