import { type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createEntityTable('mail_letters', { text: textColumn(255) })
