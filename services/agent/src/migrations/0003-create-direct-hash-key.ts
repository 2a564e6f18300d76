import { asciiColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createLiveKey('agent_agents', 'direct_hash', asciiColumn(32))
