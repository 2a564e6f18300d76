import { asciiColumn, idColumn, integerColumn, type Migration, textColumn, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createTable(
    'registrar_bindings',
    {
      ...{ identity_id: idColumn(), contact_key: asciiColumn(64), customer_id: idColumn(), source_ip: asciiColumn(64) },
      ...{ contact: textColumn(1024), node_id: asciiColumn(64), flow: asciiColumn(255), source: asciiColumn(64) },
      ...{ user_agent: textColumn(255), sip_call_id: textColumn(255), cseq: integerColumn(), q: integerColumn(), tm_expire: timeColumn() },
    },
    { primaryKey: ['identity_id', 'contact_key'] },
  )
