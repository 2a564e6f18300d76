import type { z } from 'zod'
import { isWrapper, markOf, unwrap } from '../src/fields.ts'
import type { Shape } from './api-document.ts'

type Def = {
  readonly type: string
  readonly format?: string
  readonly element?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly values?: readonly unknown[]
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly in?: z.ZodType
  readonly out?: z.ZodType
  readonly getter?: () => z.ZodType
}

/** Which way a schema is read: what a client may send, or what it gets. */
export type Side = 'input' | 'output'

/** What our schema lacks or has otherwise, as sentences naming the field; what is more than the original's is no difference. */
export function compareShapes(expected: Shape, ours: z.ZodType, side: Side, path = ''): string[] {
  const inner = innermost(ours, side)
  const members = inner.options ?? []
  if (members.length > 0) return closest(members.map((member) => compareShapes(expected, member, side, path)))
  const kind = kindOf(inner)
  if (!fits(expected.kind, kind)) return [`"${path}" is ${kind}, not ${expected.kind}`]
  if (expected.kind === 'array' && expected.items && inner.element) return compareShapes(expected.items(), inner.element, side, `${path}[]`)
  if (!expected.fields || !inner.shape) return []
  const shape = inner.shape
  return [...expected.fields()].flatMap(([name, field]) => compareField(name, field, { shape, side, path }))
}

function compareField(
  name: string,
  field: Shape,
  place: { shape: Readonly<Record<string, z.ZodType>>; side: Side; path: string },
): string[] {
  const path = place.path === '' ? name : `${place.path}.${name}`
  const ours = place.shape[name]
  if (!ours || (place.side === 'output' && markOf(ours) === 'internal')) return [`no "${path}"`]
  return compareShapes(field, ours, place.side, path)
}

/** A union fits as its best member does. */
const closest = (differences: readonly string[][]) => differences.reduce((best, other) => (other.length < best.length ? other : best))

function innermost(schema: z.ZodType, side: Side): Def {
  const inner = isWrapper(schema) ? unwrap(schema) : schema
  const def = inner.def as unknown as Def
  const next = def.type === 'pipe' ? (side === 'input' ? def.in : def.out) : def.type === 'lazy' ? def.getter?.() : undefined
  return next ? innermost(next, side) : def
}

function kindOf({ type, format, values = [] }: Def): Shape['kind'] {
  if (type === 'enum') return 'string'
  if (type === 'literal') return literalKinds.get(typeof values[0]) ?? 'any'
  if (type === 'number') return format === 'safeint' || format === 'int32' ? 'integer' : 'number'
  if (type === 'record') return 'object'
  return type === 'string' || type === 'boolean' || type === 'array' || type === 'object' ? type : 'any'
}

const literalKinds: ReadonlyMap<string, Shape['kind']> = new Map([
  ['string', 'string'],
  ['number', 'integer'],
  ['boolean', 'boolean'],
])

function fits(expected: Shape['kind'], ours: Shape['kind']): boolean {
  if (expected === 'any' || ours === 'any' || expected === ours) return true
  return [expected, ours].every((kind) => kind === 'integer' || kind === 'number')
}
