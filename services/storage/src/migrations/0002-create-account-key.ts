import { idColumn, type Migration } from '@voipbin/sql'

/** One a customer. */
export const up: Migration = (schema) => schema.createLiveKey('storage_accounts', 'customer_id', idColumn())
