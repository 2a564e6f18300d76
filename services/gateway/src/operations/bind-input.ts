import type { ApiEntry } from '@voipbin/contracts/api'
import type { ObjectSchema } from '@voipbin/contracts/contract'
import { invalidArgument } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { z } from 'zod'
import type { Caller } from '../identity/caller.ts'
import { credentialNames } from '../identity/presented.ts'
import { type Coerce, compileCoercion } from './coerce.ts'
import type { Input, Sources } from './input.ts'
import { compileParse } from './parse-input.ts'
import { isIdField, parsePathId } from './path-ids.ts'
import { refuseUnsafe } from './refuse-unsafe.ts'
import { injectionsOf } from './scope.ts'

/** Makes a method's input. @throws INVALID_ID, INVALID_ARGUMENT */
export type Bind = (sources: Sources, caller: Caller) => Input

export type BindingParts = {
  /** For messages: `POST /v1.0/tags`. */
  readonly name: string
  readonly entry: ApiEntry
  readonly parameters: readonly string[]
  readonly input: ObjectSchema
  /** Whether `token` and `accesskey` in the query are credentials rather than fields. */
  readonly readsCredential: boolean
}

type OpenField = { readonly name: string; readonly coerce: Coerce; readonly isInQuery: boolean }

/**
 * Path, query and body become one input: path wins over body, body over query; what the input does not know is left out; the tenant
 * is put in last. Everything that depends on the schema alone is done here, once.
 */
export function compileBinding({ name, entry, parameters, input, readsCredential }: BindingParts): Bind {
  const shape = input.shape as Readonly<Record<string, z.ZodType>>
  const injections = injectionsOf(entry, shape, parameters)
  const injected = new Set(injections.map(({ field }) => field))
  const open: OpenField[] = Object.entries(shape)
    .filter(([field]) => !parameters.includes(field) && !injected.has(field))
    .map(([field, schema]) => ({
      name: field,
      coerce: compileCoercion(schema),
      isInQuery: !(readsCredential && credentialNames.has(field)),
    }))
  const readPath = parameters.map((parameter) => compileParameter(parameter, shape[parameter]))
  const isPlain = open.length === 0 && parameters.every((parameter) => shape[parameter] && isIdField(shape[parameter]))
  const parse = compileParse(name, input)

  return (sources, caller) => {
    const bound: Input = {}
    for (const field of open) take(field, sources, bound)
    if (entry.page) bound['page_size'] = pageSize(sources.query['page_size'], entry.page)
    for (const read of readPath) read(sources, bound)
    if (!isPlain) refuseUnsafe(bound)
    for (const { field, of } of injections) bound[field] = of(caller)
    return isPlain ? bound : parse(bound)
  }
}

function take({ name, coerce, isInQuery }: OpenField, { query, body, form, file }: Sources, bound: Input): void {
  if (name === 'file' && file !== undefined) bound[name] = file
  else if (body && Object.hasOwn(body, name)) bound[name] = body[name]
  else {
    const text = form?.[name] ?? (isInQuery ? query[name] : undefined)
    const value = text === undefined ? undefined : coerce(text)
    if (value !== undefined) bound[name] = value
  }
}

/** A size that is out of bounds or no number silently becomes the default, as clients of the original API expect. */
function pageSize(text: string | readonly string[] | undefined, page: NonNullable<ApiEntry['page']>): number {
  if (typeof text !== 'string' || !/^\d{1,6}$/.test(text)) return page.default
  const size = Number(text)
  return size >= 1 && size <= page.max ? size : page.default
}

function compileParameter(name: string, schema: z.ZodType | undefined): (sources: Sources, bound: Input) => void {
  const isId = schema !== undefined && isIdField(schema)
  const coerce = schema ? compileCoercion(schema) : (text: unknown) => text
  return ({ parameters, body }, bound) => {
    const text = parameters[name] ?? ''
    const value = isId ? parsePathId(name, text) : coerce(text)
    if (body && Object.hasOwn(body, name)) refuseOther(name, body[name], text)
    bound[name] = value
  }
}

/** `String()` of anything else may call what the client has sent under the name `toString`. */
const isScalar = (value: unknown) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

/** A body may repeat what the path names, or leave it empty; it may not name something else. */
function refuseOther(name: string, inBody: unknown, inPath: string): void {
  if (inBody === null || inBody === '' || inBody === NIL_ID) return
  if (isScalar(inBody) && String(inBody).toLowerCase() === inPath.toLowerCase()) return
  const rule = 'differs from the one in the path'
  throw invalidArgument(`Field "${name}" ${rule}`, [{ field: name, rule }])
}
