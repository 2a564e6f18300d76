import { invalidArgument } from '@voipbin/contracts/errors'
import { NIL_ID, refOf, unwrap } from '@voipbin/contracts/fields'
import type { RawCall } from '@voipbin/service-kit'
import type { z } from 'zod'
import type { Caller } from '../identity/caller.ts'
import type { Entities, Entity } from './entities.ts'
import type { Input } from './input.ts'
import { belongsTo, fetchEntity } from './ownership.ts'

type Reference = { readonly field: string; readonly entity: Entity; readonly id: string }
type Collect = (value: unknown, field: string, found: Reference[]) => void

/** Each is a request to another service. */
const MAX_REFERENCES = 100

/** Checks every id that an input refers to. The promise rejects with INVALID_ARGUMENT naming the field. */
export type CheckReferences = (call: RawCall, input: Input, caller: Caller) => Promise<void>

/** Compiles the search for `ref()` fields, wherever in the input. @returns undefined where there are none; @throws TypeError */
export function compileReferences(schema: z.ZodType, entities: Entities): CheckReferences | undefined {
  const compiler = createCompiler(entities)
  const collect = compiler.compile(schema, '')
  if (!compiler.hasAny()) return undefined
  return async (call, input, caller) => {
    const found: Reference[] = []
    collect(input, '', found)
    if (found.length > 0) await checkAll(call, distinct(found), caller)
  }
}

async function checkAll(call: RawCall, references: readonly Reference[], caller: Caller): Promise<void> {
  if (references.length > MAX_REFERENCES) throw invalidArgument(`The request refers to more than ${MAX_REFERENCES} other resources`)
  const broken = await Promise.all(
    references.map(async (reference) => {
      const found = await fetchEntity(call, reference.entity, reference.id)
      return found && belongsTo(found, caller) ? undefined : reference
    }),
  )
  const details = broken
    .filter((reference) => reference !== undefined)
    .map(({ field, entity }) => ({ field, rule: `must be the id of ${article(entity.name)} ${entity.name}` }))
  const [first] = details
  if (first) throw invalidArgument(`Field "${first.field}" ${first.rule}`, details)
}

const article = (word: string) => (/^[aeiou]/.test(word) ? 'an' : 'a')

/** One fetch an id, however often it is named. */
function distinct(references: readonly Reference[]): Reference[] {
  const byId = new Map<string, Reference>()
  for (const reference of references) {
    const key = `${reference.entity.name} ${reference.id}`
    if (!byId.has(key)) byId.set(key, reference)
  }
  return [...byId.values()]
}

type Def = {
  readonly type: string
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly element?: z.ZodType
  readonly valueType?: z.ZodType
  readonly items?: readonly z.ZodType[]
  readonly options?: readonly z.ZodType[]
  readonly left?: z.ZodType
  readonly right?: z.ZodType
  readonly in?: z.ZodType
  readonly getter?: () => z.ZodType
}

/** Schemas may contain themselves: each is compiled once, and found by who meets it again. */
function createCompiler(entities: Entities) {
  const known = new Map<z.ZodType, { collect: Collect }>()
  let count = 0

  function compile(schema: z.ZodType, field: string): Collect {
    const name = refOf(schema)
    if (name !== undefined) return compileReference(name, field)
    const inner = unwrap(schema)
    const seen = known.get(inner)
    if (seen) return (value, path, found) => seen.collect(value, path, found)
    const holder: { collect: Collect } = { collect: () => undefined }
    known.set(inner, holder)
    holder.collect = compileDef(inner.def as unknown as Def, field)
    return holder.collect
  }

  function compileReference(name: string, field: string): Collect {
    const entity = entities.get(name)
    if (!entity) throw new TypeError(`field "${field}" refers to "${name}", an entity that no contract provides`)
    count++
    return (value, path, found) => {
      if (typeof value === 'string' && value !== '' && value !== NIL_ID) found.push({ field: path, entity, id: value })
    }
  }

  function compileDef(def: Def, field: string): Collect {
    if (def.shape) return collectFields(Object.entries(def.shape).map(([key, schema]) => [key, compile(schema, join(field, key))] as const))
    if (def.element) return collectItems(compile(def.element, field))
    if (def.valueType) return collectValues(compile(def.valueType, field))
    if (def.items) return collectTuple(def.items.map((item) => compile(item, field)))
    if (def.getter) return compile(def.getter(), field)
    if (def.options) return collectMember(def.options.map((option) => ({ option, collect: compile(option, field) })))
    const parts = [def.left, def.right, def.in].filter((part) => part !== undefined)
    return collectParts(parts.map((part) => compile(part, field)))
  }

  return { compile, hasAny: () => count > 0 }
}

const join = (field: string, key: string | number) => (field === '' ? String(key) : `${field}.${key}`)

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const collectFields =
  (fields: readonly (readonly [string, Collect])[]): Collect =>
  (value, path, found) => {
    if (isFields(value)) for (const [key, collect] of fields) if (Object.hasOwn(value, key)) collect(value[key], join(path, key), found)
  }

const collectItems =
  (collect: Collect): Collect =>
  (value, path, found) => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) collect(item, join(path, index), found)
  }

const collectTuple =
  (collects: readonly Collect[]): Collect =>
  (value, path, found) => {
    if (Array.isArray(value)) for (const [index, collect] of collects.entries()) collect(value[index], join(path, index), found)
  }

const collectValues =
  (collect: Collect): Collect =>
  (value, path, found) => {
    if (isFields(value)) for (const [key, item] of Object.entries(value)) collect(item, join(path, key), found)
  }

/** Members of a union may give one field different meanings: the first that the value fits has the say. */
const collectMember =
  (members: readonly { readonly option: z.ZodType; readonly collect: Collect }[]): Collect =>
  (value, path, found) =>
    members.find(({ option }) => option.safeParse(value).success)?.collect(value, path, found)

const collectParts =
  (collects: readonly Collect[]): Collect =>
  (value, path, found) => {
    for (const collect of collects) collect(value, path, found)
  }
