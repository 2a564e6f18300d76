import { asciiColumn, idColumn, integerColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('route_routes', {
    ...{ name: textColumn(255), detail: textColumn(4096), provider_id: idColumn(), priority: integerColumn(), target: asciiColumn(16) },
  })
