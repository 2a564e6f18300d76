import { asciiColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createLiveKey('flow_flows', 'direct_hash', asciiColumn(32))
