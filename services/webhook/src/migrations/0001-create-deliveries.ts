import { asciiColumn, idColumn, integerColumn, jsonColumn, type Migration, nullable, textColumn, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('webhook_deliveries', {
    event_id: idColumn(),
    event_type: asciiColumn(100),
    resource_id: textColumn(255),
    state: asciiColumn(16),
    attempt_count: integerColumn(),
    last_status_code: integerColumn(),
    last_error: textColumn(1024),
    tm_next: nullable(timeColumn()),
    destination_id: idColumn(),
    order_key: textColumn(255),
    position: integerColumn(),
    tm_queue: timeColumn(),
    tries: integerColumn(),
    body: jsonColumn(),
    attempts: jsonColumn(),
  })
