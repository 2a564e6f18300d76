import { asciiColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createLiveKey('registrar_extensions', 'direct_hash', asciiColumn(32))
