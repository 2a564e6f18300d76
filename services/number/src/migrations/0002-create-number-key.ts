import { asciiColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createLiveKey('number_numbers', 'number', asciiColumn(32))
