import { z } from 'zod'

/** The id that means "no reference". Invalid in a path, skipped by reference checks. */
export const NIL_ID = '00000000-0000-0000-0000-000000000000'

/** Ids are lower-case GUIDs; the fixed ids of the platform are not RFC 9562 UUIDs, so `z.uuid()` would refuse them. */
export const id = () => z.guid().toLowerCase()

/** UTC with six decimals, 27 characters: `2026-01-31T08:00:00.000000Z`. Sorts as text. */
export const timestamp = () => z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/, 'must be a UTC time with six decimals')

export type Mark = 'internal' | 'secret'
type FieldMeta = { readonly mark?: Mark; readonly ref?: string }

const fieldMeta = z.registry<FieldMeta>()

function marked<S extends z.ZodType>(schema: S, meta: FieldMeta): S {
  const earlier = meta.mark && markOf(schema)
  if (earlier && earlier !== meta.mark) throw new TypeError(`A field marked ${earlier} cannot be ${meta.mark} as well`)
  const copy = schema.clone() as S
  fieldMeta.add(copy, meta)
  return copy
}

/** Crosses the bus; stripped from API answers, webhooks and WebSocket frames. */
export const internal = <S extends z.ZodType>(schema: S): S => marked(schema, { mark: 'internal' })

/** Never leaves its owner, but in the outputs of methods that list it under `reveals`. */
export const secret = <S extends z.ZodType>(schema: S): S => marked(schema, { mark: 'secret' })

/** An id of another entity. The gateway checks that it is the caller's; empty and nil mean "none". */
export const ref = (entityName: string) => marked(z.union([id(), z.literal('')]), { ref: entityName })

export function markOf(schema: z.ZodType): Mark | undefined {
  return find(schema, 'mark')
}

export function refOf(schema: z.ZodType): string | undefined {
  return find(schema, 'ref')
}

/** Marks survive `.optional()`, `.nullable()`, `.default()` and `.transform()`, because those are looked through. */
function find<K extends keyof FieldMeta>(schema: z.ZodType, key: K): FieldMeta[K] | undefined {
  const own = fieldMeta.get(schema)?.[key]
  if (own !== undefined) return own
  if (isWrapper(schema)) return find(schema.def.innerType as z.ZodType, key)
  return isPipe(schema) ? (find(schema.def.in, key) ?? find(schema.def.out, key)) : undefined
}

type Pipe = z.ZodType & { def: { in: z.ZodType; out: z.ZodType } }
function isPipe(schema: z.ZodType): schema is Pipe {
  return schema.def.type === 'pipe'
}

type Wrapper = z.ZodType & { def: { innerType: unknown } }
export function isWrapper(schema: z.ZodType): schema is Wrapper {
  return 'innerType' in schema.def
}

/** The schema inside optional, nullable, default, readonly and the like. */
export function unwrap(schema: z.ZodType): z.ZodType {
  return isWrapper(schema) ? unwrap(schema.def.innerType as z.ZodType) : schema
}
