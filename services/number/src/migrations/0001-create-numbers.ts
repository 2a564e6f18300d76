import { asciiColumn, booleanColumn, idColumn, jsonColumn, type Migration, nullable, textColumn, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('number_numbers', {
    ...{ number: asciiColumn(32), type: asciiColumn(16), name: textColumn(255), detail: textColumn(4096) },
    ...{ call_flow_id: idColumn(), message_flow_id: idColumn(), status: asciiColumn(16) },
    ...{ t38_enabled: booleanColumn(), emergency_enabled: booleanColumn(), metadata: jsonColumn() },
    ...{ provider_name: asciiColumn(16), provider_reference_id: asciiColumn(255) },
    ...{ tm_purchase: nullable(timeColumn()), tm_renew: nullable(timeColumn()) },
  })
