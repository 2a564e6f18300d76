import { type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createEntityTable('tag_tags', { name: textColumn(255), detail: textColumn(4096) })
