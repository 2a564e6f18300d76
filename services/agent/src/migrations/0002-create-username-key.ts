import { type Migration, textColumn } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createLiveKey('agent_agents', 'username', textColumn(255))
