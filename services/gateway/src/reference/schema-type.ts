import type { JsonSchema } from '../openapi/json-schema.ts'
import { html, joined, type Markup } from '../pages/markup.ts'
import { nameOf } from './described.ts'

export const schemasIn = (value: unknown): readonly JsonSchema[] => (Array.isArray(value) ? (value as JsonSchema[]) : [])
export const alternativesOf = (schema: JsonSchema): readonly JsonSchema[] => schemasIn(schema['anyOf'] ?? schema['oneOf'])
export const propertiesOf = (schema: JsonSchema): readonly (readonly [string, JsonSchema])[] =>
  Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)

/** The type of a field in a few words; entities are links to where they are shown. */
export function typeOf(schema: JsonSchema): Markup {
  if (typeof schema['$ref'] === 'string') return html`<a href="#object-${nameOf(schema['$ref'])}">${nameOf(schema['$ref'])}</a>`
  const values = schema['enum'] ?? ('const' in schema ? [schema['const']] : undefined)
  if (Array.isArray(values)) return joined(values.map(literal), html` <i>or</i> `)
  const alternatives = alternativesOf(schema)
  if (alternatives.length > 0) return joined(distinct(alternatives.map(typeOf)), html` <i>or</i> `)
  const types = Array.isArray(schema['type']) ? (schema['type'] as string[]) : [String(schema['type'] ?? 'any')]
  return joined(
    types.map((type) => plainType(type, schema)),
    html` <i>or</i> `,
  )
}

const literal = (value: unknown) => html`<code>${JSON.stringify(value)}</code>`

function plainType(type: string, schema: JsonSchema): Markup {
  if (type === 'array') return html`list of ${typeOf((schema['items'] ?? {}) as JsonSchema)}`
  if (isVariable(schema)) return html`variable`
  if (type !== 'object') return html`${formats[String(schema['format'])] ?? type}`
  const values = schema['additionalProperties']
  return typeof values === 'object' && values !== null && propertiesOf(schema).length === 0
    ? html`map of ${typeOf(values as JsonSchema)}`
    : html`object`
}

/** Flow actions take `${name}` in place of what is no text. */
const isVariable = ({ pattern }: JsonSchema): boolean => typeof pattern === 'string' && pattern.startsWith('\\$\\{')

const formats: Readonly<Record<string, string>> = {
  uuid: 'id',
  'date-time': 'time',
  email: 'e-mail address',
  uri: 'URL',
  binary: 'file',
}

function distinct(types: readonly Markup[]): readonly Markup[] {
  const seen = new Set<string>()
  return types.filter(({ html: text }) => !seen.has(text) && seen.add(text))
}

/** Bounds of a value, as a reader would say them. */
export function limitsOf(schema: JsonSchema): readonly string[] {
  if (isVariable(schema)) return []
  const own = [
    range(schema['minLength'], schema['maxLength'], 'characters'),
    range(schema['minItems'], schema['maxItems'], 'entries'),
    range(schema['minimum'], schema['maximum'], ''),
    patternOf(schema),
  ].filter((limit) => limit !== '')
  return [...new Set([...own, ...alternativesOf(schema).flatMap(limitsOf)])]
}

/** A long one says less than the message with which it refuses. */
function patternOf({ pattern, format }: JsonSchema): string {
  return typeof pattern === 'string' && format === undefined && pattern.length <= MAX_PATTERN ? `matches ${pattern}` : ''
}
const MAX_PATTERN = 60

function range(min: unknown, max: unknown, what: string): string {
  // Nothing has fewer than no characters.
  const low = typeof min === 'number' && (what === '' || min > 0) ? min : undefined
  const high = typeof max === 'number' ? max : undefined
  const unit = what === '' ? '' : ` ${what}`
  if (low !== undefined && high !== undefined) return low === high ? `${low}${unit}` : `${low} to ${high}${unit}`
  if (high !== undefined) return `at most ${high}${unit}`
  return low === undefined ? '' : `at least ${low}${unit}`
}

/** Fields carry their units in their names. */
export function unitOf(name: string): string {
  const [, suffix = ''] = /_(ms|seconds|octets|bytes)$/.exec(name) ?? []
  return units[suffix] ?? ''
}
const units: Readonly<Record<string, string>> = { ms: 'milliseconds', seconds: 'seconds', octets: 'octets', bytes: 'octets' }
