import { asciiColumn, integerColumn, jsonColumn, type Migration, nullable, textColumn, timeColumn } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createEntityTable('agent_agents', {
    username: textColumn(255),
    name: textColumn(255),
    detail: textColumn(4096),
    ring_method: asciiColumn(16),
    status: asciiColumn(16),
    permission: integerColumn(),
    tag_ids: jsonColumn(),
    addresses: jsonColumn(),
    direct_hash: asciiColumn(32),
    tm_password: nullable(timeColumn()),
    password_hash: asciiColumn(255),
  })
