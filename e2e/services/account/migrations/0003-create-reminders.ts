import { asciiColumn, idColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) =>
  schema.createTable('account_reminders', { kind: asciiColumn(16), reminder_id: idColumn() }, { primaryKey: ['position'], isCounted: true })
