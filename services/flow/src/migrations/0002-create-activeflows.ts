import { booleanColumn, idColumn, integerColumn, jsonColumn, type Migration, nullable, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('flow_activeflows', {
    ...{ flow_id: idColumn(), status: textColumn(16), reference_type: textColumn(16), reference_id: idColumn() },
    ...{ reference_activeflow_id: idColumn(), on_complete_flow_id: idColumn() },
    ...{ current_action: nullable(jsonColumn()), forward_action_id: idColumn(), executed_actions: jsonColumn() },
    ...{ webhook_uri: textColumn(1024), webhook_method: textColumn(8) },
    ...{ stacks: jsonColumn(), current_stack_id: idColumn(), execution_id: idColumn() },
    ...{ execute_count: integerColumn(), complete_count: integerColumn(), has_call: booleanColumn() },
    ...{ variables: jsonColumn(), end_reason: textColumn(255) },
  })
