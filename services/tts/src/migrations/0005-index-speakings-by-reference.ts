import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('tts_speakings', ['reference_id'])
