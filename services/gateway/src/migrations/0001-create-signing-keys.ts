import { asciiColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createEntityTable('gateway_signing_keys', { key: asciiColumn(64) })
