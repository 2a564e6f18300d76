import type { Migration } from '@voipbin/sql'
import { createAppliedTable } from '../../applied.ts'

export const up: Migration = (schema) => createAppliedTable(schema, 'account_applied')
