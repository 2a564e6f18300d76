import type { Migration } from '@voipbin/sql'

/** To count what a phone has under way. */
export const up: Migration = (schema) => schema.createIndex('call_calls', ['identity_id', 'tm_hangup'])
