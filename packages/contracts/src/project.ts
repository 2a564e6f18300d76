import type { z } from 'zod'
import { type Mark, markOf, unwrap } from './fields.ts'

/** A copy of a value with the fields that its schema knows, less those that are marked away. */
export type Projection = (value: unknown) => unknown

const asItIs: Projection = (value) => value

/**
 * Compiles what a receiver or an edge does with a value of this schema: unknown keys are left out, because a newer
 * release may send more, and so are the fields that carry one of `drop`, unless `keep` names them. Values are not
 * checked, so that unknown enum values pass.
 */
export function compileProjection(schema: z.ZodType, drop: readonly Mark[] = [], keep: readonly string[] = []): Projection {
  return compile(schema, new Set(drop), new Set(keep))
}

type ZodDef = {
  readonly type: string
  readonly element?: z.ZodType
  readonly valueType?: z.ZodType
  readonly options?: z.ZodType[]
}

function compile(schema: z.ZodType, drop: ReadonlySet<Mark>, keep: ReadonlySet<string>): Projection {
  const inner = unwrap(schema)
  const def = inner.def as unknown as ZodDef
  if (def.type === 'object') return projectObject(inner as z.ZodObject<z.ZodRawShape>, drop, keep)
  if (def.type === 'array' && def.element) return projectArray(compile(def.element, drop, keep))
  if (def.type === 'record' && def.valueType) return projectRecord(compile(def.valueType, drop, keep))
  if (def.type === 'union' && def.options) return projectUnion(def.options, drop, keep)
  return asItIs
}

function projectObject(schema: z.ZodObject<z.ZodRawShape>, drop: ReadonlySet<Mark>, keep: ReadonlySet<string>): Projection {
  const fields: [string, Projection][] = []
  const dropped: string[] = []
  for (const [name, field] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    const mark = markOf(field)
    if (mark && drop.has(mark) && !keep.has(name)) dropped.push(name)
    else fields.push([name, compile(field, drop, keep)])
  }
  const open = isOpen(schema)
  return (value) => {
    if (!isPlainObject(value)) return value
    const copy: Record<string, unknown> = open ? { ...value } : {}
    if (open) for (const name of dropped) delete copy[name]
    for (const [name, project] of fields) {
      const field = value[name]
      if (field !== undefined) copy[name] = project === asItIs ? field : project(field)
    }
    return copy
  }
}

/** Loose objects, and those with a catch-all, keep keys that they do not name; strict ones have `never` there. */
function isOpen({ def: { catchall } }: z.ZodObject<z.ZodRawShape>): boolean {
  return catchall !== undefined && catchall._zod.def.type !== 'never'
}

function projectArray(project: Projection): Projection {
  return project === asItIs ? asItIs : (value) => (Array.isArray(value) ? value.map(project) : value)
}

function projectRecord(project: Projection): Projection {
  if (project === asItIs) return asItIs
  return (value) => (isPlainObject(value) ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key, project(field)])) : value)
}

/** Which member of a union a value is, only parsing tells; one that fits none passes as it is, or empty if something must be dropped. */
function projectUnion(options: readonly z.ZodType[], drop: ReadonlySet<Mark>, keep: ReadonlySet<string>): Projection {
  const projections = options.map((option) => ({ option, project: compile(option, drop, keep) }))
  if (projections.every(({ project }) => project === asItIs)) return asItIs
  const other: Projection = (value) => (drop.size > 0 && isPlainObject(value) ? {} : value)
  return (value) => (projections.find(({ option }) => option.safeParse(value).success)?.project ?? other)(value)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
