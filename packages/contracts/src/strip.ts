import { isWrapper, type Mark, markOf, unwrap } from './fields.ts'
import type { z } from 'zod'

type Strip = (value: unknown) => void

/**
 * Compiles a function that deletes the fields carrying one of `marks` from a value of this schema, in place.
 * @returns undefined where the schema has none, so that callers skip the walk
 */
export function compileStrip(schema: z.ZodType, marks: ReadonlySet<Mark>, keep: ReadonlySet<string> = new Set()): Strip | undefined {
  const inner = unwrap(schema)
  const def = inner.def as { type: string; element?: z.ZodType; valueType?: z.ZodType; options?: z.ZodType[]; in?: z.ZodType }
  if (def.type === 'object') return stripObject(inner as z.ZodObject<z.ZodRawShape>, marks, keep)
  if (def.type === 'array' && def.element) return stripEach(compileStrip(def.element, marks, keep), (value) => value as unknown[])
  if (def.type === 'record' && def.valueType) return stripEach(compileStrip(def.valueType, marks, keep), (value) => Object.values(value as object))
  if (def.type === 'union' && def.options) return all(def.options.map((option) => compileStrip(option, marks, keep)))
  if (def.type === 'pipe' && def.in && !isWrapper(inner)) return compileStrip(def.in, marks, keep)
  return undefined
}

function stripObject(schema: z.ZodObject<z.ZodRawShape>, marks: ReadonlySet<Mark>, keep: ReadonlySet<string>): Strip | undefined {
  const removed: string[] = []
  const nested: [string, Strip][] = []
  for (const [name, field] of Object.entries(schema.shape) as [string, z.ZodType][]) {
    const mark = markOf(field)
    if (mark && marks.has(mark) && !keep.has(name)) removed.push(name)
    else {
      const strip = compileStrip(field, marks, keep)
      if (strip) nested.push([name, strip])
    }
  }
  if (removed.length === 0 && nested.length === 0) return undefined
  return (value) => {
    if (typeof value !== 'object' || value === null) return
    const target = value as Record<string, unknown>
    for (const name of removed) delete target[name]
    for (const [name, strip] of nested) strip(target[name])
  }
}

function stripEach(strip: Strip | undefined, members: (value: unknown) => unknown[]): Strip | undefined {
  if (!strip) return undefined
  return (value) => {
    if (typeof value === 'object' && value !== null) for (const member of members(value)) strip(member)
  }
}

function all(strips: readonly (Strip | undefined)[]): Strip | undefined {
  const real = strips.filter((strip) => strip !== undefined)
  return real.length === 0 ? undefined : (value) => real.forEach((strip) => strip(value))
}
