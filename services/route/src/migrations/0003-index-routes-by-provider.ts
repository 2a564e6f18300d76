import type { Migration } from '@voipbin/sql'

export const up: Migration = (schema) => schema.createIndex('route_routes', ['provider_id'])
