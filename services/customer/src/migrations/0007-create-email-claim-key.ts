import { type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createLiveKey('customer_customers', 'email_claim', textColumn(255))
