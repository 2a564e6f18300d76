import { booleanColumn, idColumn, integerColumn, jsonColumn, type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('call_groupcalls', {
    ...{ owner_type: textColumn(16), owner_id: idColumn(), status: textColumn(16), flow_id: idColumn() },
    ...{ source: jsonColumn(), destinations: jsonColumn(), master_call_id: idColumn(), master_groupcall_id: idColumn() },
    ...{ ring_method: textColumn(16), answer_method: textColumn(16), answer_call_id: idColumn(), call_ids: jsonColumn() },
    ...{ answer_groupcall_id: idColumn(), groupcall_ids: jsonColumn(), call_count: integerColumn(), groupcall_count: integerColumn() },
    ...{ dial_index: integerColumn(), confbridge_id: idColumn(), actions: jsonColumn(), variables: jsonColumn() },
    ...{ is_chained: booleanColumn(), has_early_execution: booleanColumn(), has_early_media: booleanColumn() },
    ...{ anonymous: textColumn(8), hangup_reason: textColumn(16) },
  })
