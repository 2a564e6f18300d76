import { asciiColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createLiveKey('registrar_extensions', 'sip_address', asciiColumn(255))
