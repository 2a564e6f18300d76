import { createTokenTable, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => createTokenTable(schema, 'customer_email_tokens')
