import { idColumn, type Migration } from '@voipbin/sql'

/** One a customer. */
export const up: Migration = (schema) => schema.createLiveKey('call_outbound_configs', 'customer_id', idColumn())
