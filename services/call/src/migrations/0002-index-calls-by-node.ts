import type { Migration } from '@voipbin/sql'

/** To find what a node had when it is lost. */
export const up: Migration = (schema) => schema.createIndex('call_calls', ['node_id', 'tm_hangup'])
