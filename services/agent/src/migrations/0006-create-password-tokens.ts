import { createTokenTable, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => createTokenTable(schema, 'agent_password_tokens')
