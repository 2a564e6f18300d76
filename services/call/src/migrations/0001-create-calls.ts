import {
  asciiColumn,
  booleanColumn,
  idColumn,
  integerColumn,
  jsonColumn,
  type Migration,
  nullable,
  textColumn,
  timeColumn,
} from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('call_calls', {
    ...{ owner_type: textColumn(16), owner_id: idColumn(), type: textColumn(16), flow_id: idColumn(), activeflow_id: idColumn() },
    ...{ master_call_id: idColumn(), chained_call_ids: jsonColumn(), groupcall_id: idColumn() },
    ...{ recording_id: idColumn(), recording_ids: jsonColumn(), source: jsonColumn(), destination: jsonColumn() },
    ...{ status: textColumn(16), direction: textColumn(16), mute_direction: textColumn(8) },
    ...{ hangup_by: textColumn(8), hangup_reason: textColumn(16), action: nullable(jsonColumn()), metadata: nullable(jsonColumn()) },
    ...{ tm_ringing: nullable(timeColumn()), tm_progressing: nullable(timeColumn()), tm_hangup: nullable(timeColumn()) },
    ...{ node_id: asciiColumn(64), epoch: idColumn(), sip_call_id: textColumn(255), confbridge_id: idColumn() },
    ...{ execution_id: idColumn(), is_wait_over: booleanColumn(), pending_actions: jsonColumn(), is_flow_over: booleanColumn() },
    ...{ collected: textColumn(100), digits: textColumn(64), has_early_execution: booleanColumn(), is_anonymous: booleanColumn() },
    ...{ dialroutes: jsonColumn(), dialroute_index: integerColumn() },
  })
