import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('agent_addresses', ['agent_id'])
