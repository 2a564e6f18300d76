import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('tts_spoken_messages', ['speaking_id', 'tm_delete'])
