import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The public API of the platform that this one is compatible with, as data: `api.json`. Its notation is shorter than OpenAPI's:
 * a schema is a name, `page<X>`, `array<X>`, or an object like those below.
 */
export type ApiDocument = {
  readonly operations: readonly ApiOperation[]
  readonly schemas: Readonly<Record<string, ApiSchema>>
}

export type ApiOperation = {
  readonly id: string
  readonly method: string
  /** `/tags/{id}`; those under /auth stand outside /v1.0. */
  readonly path: string
  /** Owner of the operation; none for what the original gateway answers itself. */
  readonly service?: string
  /** Masks that the original checks, each a list of roles with `|` between. */
  readonly perm?: readonly string[]
  readonly direct_token?: false | string
  readonly page?: { readonly default?: number; readonly max?: number }
  readonly params?: readonly { readonly in: 'path' | 'query'; readonly name: string; readonly required?: boolean }[]
  readonly body?: Readonly<Record<string, ApiSchema>>
  readonly responses: Readonly<Record<string, ApiSchema | null>>
  /** What the original really sends where that differs from its description. */
  readonly gateway_sends?: readonly string[]
  readonly agent_token_only?: boolean
}

export type ApiSchema =
  | string
  | {
      readonly type?: string
      readonly ref?: string
      readonly enum?: readonly unknown[]
      readonly fields?: Readonly<Record<string, ApiSchema>>
      readonly items?: ApiSchema
      readonly map_of?: unknown
      readonly allOf?: readonly ApiSchema[]
      readonly oneOf?: readonly ApiSchema[]
      readonly required?: boolean
    }

export function readApiDocument(root: string): ApiDocument {
  return JSON.parse(readFileSync(join(root, 'packages/contracts/test/api.json'), 'utf8')) as ApiDocument
}

/** A schema with names and notation resolved, as deep as it is asked for. */
export type Shape = {
  readonly kind: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | 'any'
  /** Of an object with known fields. */
  readonly fields?: () => ReadonlyMap<string, Shape>
  readonly items?: () => Shape
  readonly isRequired: boolean
  /** Where it was named: `TagManagerTag`. */
  readonly name?: string
}

const anything: Shape = { kind: 'any', isRequired: false }

export function shapeOf(document: ApiDocument, schema: ApiSchema): Shape {
  if (typeof schema === 'string') return shapeOfText(document, schema)
  const isRequired = schema.required === true
  if (schema.ref !== undefined) return { ...named(document, schema.ref), isRequired }
  if (schema.oneOf) return anything
  if (schema.allOf || schema.fields) return { ...objectOf(document, schema), isRequired }
  if (schema.type === 'array') return { kind: 'array', isRequired, items: () => shapeOf(document, schema.items ?? 'any') }
  return { kind: kindOf(schema.type), isRequired }
}

function objectOf(document: ApiDocument, { allOf = [], fields = {} }: Exclude<ApiSchema, string>): Shape {
  const inherited = allOf.map((part) => shapeOf(document, part))
  return {
    kind: 'object',
    isRequired: false,
    fields: () =>
      new Map([
        ...inherited.flatMap((part) => [...(part.fields?.() ?? [])]),
        ...Object.entries(fields).map(([name, field]) => [name, shapeOf(document, field)] as const),
      ]),
  }
}

function shapeOfText(document: ApiDocument, text: string): Shape {
  const generic = /^(page|array)<(.*)>$/.exec(text)
  const [, wrapper, inner = ''] = generic ?? []
  if (wrapper === 'array') return { kind: 'array', isRequired: false, items: () => shapeOf(document, inner) }
  if (wrapper === 'page') return pageOf(() => shapeOf(document, inner))
  return text in document.schemas ? named(document, text) : { kind: kindOf(text), isRequired: false }
}

const pageOf = (item: () => Shape): Shape => ({
  kind: 'object',
  isRequired: false,
  fields: () =>
    new Map<string, Shape>([
      ['result', { kind: 'array', isRequired: false, items: item }],
      ['next_page_token', { kind: 'string', isRequired: false }],
    ]),
})

function named(document: ApiDocument, name: string): Shape {
  return { ...shapeOf(document, document.schemas[name] ?? 'any'), name }
}

const kinds: ReadonlySet<string> = new Set(['string', 'integer', 'number', 'boolean', 'array', 'object'])
const kindOf = (type: string | undefined): Shape['kind'] => (type !== undefined && kinds.has(type) ? (type as Shape['kind']) : 'any')
