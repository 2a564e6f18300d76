import type { Migration } from '@voipbin/sql'

/** To find what ends with a call. */
export const up: Migration = (schema) => schema.createIndex('call_groupcalls', ['master_call_id'])
