import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('tts_speeches', ['tm_used', 'speech_key'])
