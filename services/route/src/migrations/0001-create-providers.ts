import { asciiColumn, jsonColumn, type Migration, nullable, textColumn, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('route_providers', {
    ...{ type: asciiColumn(16), hostname: asciiColumn(255), name: textColumn(255), detail: textColumn(4096) },
    ...{ tech_prefix: asciiColumn(32), tech_postfix: asciiColumn(32), tech_headers: jsonColumn(), codecs: textColumn(255) },
    ...{ metadata: nullable(jsonColumn()), health_status: asciiColumn(16), health_checked_at: nullable(timeColumn()) },
  })
