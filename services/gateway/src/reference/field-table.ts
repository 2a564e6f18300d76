import { NIL_ID } from '@voipbin/contracts/fields'
import type { JsonSchema } from '../openapi/json-schema.ts'
import { html, joined, type Markup } from '../pages/markup.ts'
import { alternativesOf, limitsOf, propertiesOf, schemasIn, typeOf, unitOf } from './schema-type.ts'

export type Field = {
  /** `options.loud`, `steps[].type` */
  readonly name: string
  readonly schema: JsonSchema
  readonly isRequired: boolean
  readonly description?: string | undefined
}

/** Deeper than this, a reader looks into the OpenAPI document. */
const MAX_DEPTH = 5

/** The fields of an object, those of objects inside it beneath them. */
export function fieldsOf(schema: JsonSchema, before = '', depth = 0): readonly Field[] {
  if (depth > MAX_DEPTH) return []
  const required = new Set(schemasIn(schema['required']) as unknown as string[])
  const own = propertiesOf(schema).flatMap(([key, field]) => {
    const name = `${before}${key}`
    return [{ name, schema: field, isRequired: required.has(key) }, ...nestedOf(field, name, depth + 1)]
  })
  return [...own, ...alternativesOf(schema).flatMap((alternative) => fieldsOf(alternative, before, depth + 1))]
}

function nestedOf(schema: JsonSchema, name: string, depth: number): readonly Field[] {
  const { items, additionalProperties: values } = schema
  if (typeof items === 'object' && items !== null) return fieldsOf(items as JsonSchema, `${name}[].`, depth)
  if (typeof values === 'object' && values !== null && propertiesOf(schema).length === 0)
    return fieldsOf(values as JsonSchema, `${name}.*.`, depth)
  return fieldsOf(schema, `${name}.`, depth)
}

/** @param says whether a field must be sent is said of what is sent only */
export function fieldTable(fields: readonly Field[], { says = false }: { says?: boolean } = {}): Markup {
  if (fields.length === 0) return html``
  return html`<table>${fields.map((field) => row(field, says))}</table>`
}

function row({ name, schema, isRequired, description }: Field, says: boolean): Markup {
  const mark = says && isRequired ? html` <b class="must">required</b>` : ''
  const notes = notesOf(name, schema, description)
  return html`<tr><td><code>${name}</code>${mark}</td><td>${typeOf(schema)}${notes.length > 0 && html`<small>${joined(notes, ' · ')}</small>`}</td></tr>`
}

function notesOf(name: string, schema: JsonSchema, description = schema['description']): readonly (Markup | string)[] {
  const fallback = schema['default']
  const item = (schema['items'] ?? {}) as JsonSchema
  return [
    ...(typeof description === 'string' ? [description] : []),
    ...[unitOf(name)].filter((unit) => unit !== ''),
    ...[item['description']].filter((text) => typeof text === 'string').map((text) => `each: ${text}`),
    ...limitsOf(item).map((limit) => `each ${limit}`),
    ...limitsOf(schema),
    ...(fallback === undefined ? [] : [html`default <code>${fallback === NIL_ID ? 'nil' : JSON.stringify(fallback)}</code>`]),
  ]
}
