import { idColumn, type Migration, timeColumn } from '@voipbin/sql'

/** Calls to the telephone network of the last hour, which are limited. */
export const up: Migration = async (schema) => {
  await schema.createTable(
    'call_network_calls',
    { call_id: idColumn(), customer_id: idColumn(), tm_dial: timeColumn() },
    { primaryKey: ['call_id'] },
  )
  await schema.createIndex('call_network_calls', ['customer_id', 'tm_dial'])
}
