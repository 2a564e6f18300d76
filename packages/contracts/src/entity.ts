import { z } from 'zod'
import { id, internal, timestamp } from './fields.ts'

/** Columns that every entity has. `version` starts at 1, grows by one a write, and is the `sequence` of its events. */
export const entityColumns = {
  id: id(),
  customer_id: id(),
  tm_create: timestamp(),
  tm_update: timestamp().nullable(),
  tm_delete: timestamp().nullable(),
  version: internal(z.int().positive()),
}
export type EntityColumns = typeof entityColumns

export type EntityMeta = {
  /** The word in error messages, `ref()` and `owned`: `tag`, `queuecall`. */
  readonly name: string
  /** The query `{ id } → entity` that the gateway asks for ownership and reference checks. */
  readonly get: string
}

const entities = z.registry<EntityMeta>()

export type EntitySchema<Shape extends z.ZodRawShape = z.ZodRawShape> = z.ZodObject<EntityColumns & Shape>
/** Any entity, for code that handles all of them. */
export type AnyEntity = z.ZodObject<EntityColumns & z.ZodRawShape>

/** The common columns are the same everywhere: an entity cannot declare its own. */
type OwnFields = z.ZodRawShape & { readonly [Name in keyof EntityColumns]?: never }

/** Declares an entity: the given fields between the common columns, in the order in which clients see them. */
export function entity<Shape extends OwnFields>(name: string, shape: Shape, meta: { get: string }): EntitySchema<Shape> {
  const { id: entityId, customer_id, ...rest } = entityColumns
  const schema = z.object({ id: entityId, customer_id, ...shape, ...rest }) as unknown as EntitySchema<Shape>
  entities.add(schema, { name, get: meta.get })
  return schema
}

export function entityMeta(schema: z.ZodType): EntityMeta | undefined {
  return entities.get(schema)
}
