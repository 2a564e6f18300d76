import { asciiColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createLiveKey('registrar_trunks', 'domain_name', asciiColumn(31))
