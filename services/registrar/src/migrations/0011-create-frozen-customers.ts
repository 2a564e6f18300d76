import { idColumn, type Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createTable('registrar_frozen_customers', { id: idColumn() }, { primaryKey: ['id'] })
