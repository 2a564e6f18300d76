import type { Migration } from '@voipbin/sql'

/** To find what a node had open when it is lost. */
export const up: Migration = (schema) => schema.createIndex('call_recordings', ['node_id', 'tm_end'])
