import type { JsonSchema } from '../openapi/json-schema.ts'
import type { Entry, Parameter } from './described.ts'
import { alternativesOf, propertiesOf, schemasIn } from './schema-type.ts'

/** One operation as a command. `$API` and `$KEY` are explained at the top of the page. */
export function curlOf(entry: Entry, parameters: readonly Parameter[], isOpen: boolean): string {
  const path = entry.path.replace(/\{([a-z_]+)\}/g, (_match, name: string) => `$${name.toUpperCase()}`)
  const needed = parameters.filter(({ in: place, required }) => place === 'query' && required)
  const query = needed.map(({ name, schema = {} }) => `${name}=${encodeURIComponent(String(sampleOf(schema, name)))}`).join('&')
  const verb = entry.verb === 'GET' ? '' : `-X ${entry.verb} `
  const lines = [`curl ${verb}"$API${path}${query === '' ? '' : `?${query}`}"`]
  if (!isOpen) lines.push('-H "Authorization: Bearer $KEY"')
  const content = entry.requestBody?.content ?? {}
  const json = content['application/json']?.schema
  if (json) lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(sampleOf(json, ''), null, 1).replace(/\n\s*/g, ' ')}'`)
  const form = content['multipart/form-data']?.schema
  if (form)
    lines.push(...propertiesOf(form).map(([name, schema]) => `-F ${name}=${name === 'file' ? '@FILE' : String(sampleOf(schema, name))}`))
  return lines.join(' \\\n  ')
}

/** Something that fits: what must be sent, and what has an example; where nothing must, the first plain fields. */
export function sampleOf(schema: JsonSchema, name: string): unknown {
  const { enum: values, default: fallback, items } = schema
  if (Array.isArray(schema['examples'])) return schema['examples'][0]
  if ('const' in schema) return schema['const']
  if (fallback !== undefined && fallback !== '') return fallback
  if (Array.isArray(values)) return values.find((value) => value !== '') ?? ''
  const [alternative] = alternativesOf(schema)
  if (alternative) return sampleOf(alternative, name)
  if (schema['type'] === 'array') return [sampleOf((items ?? {}) as JsonSchema, name)]
  if (schema['type'] === 'object') return objectOf(schema)
  if (schema['type'] === 'boolean') return true
  if (schema['type'] === 'integer' || schema['type'] === 'number') return Math.max(1, Number(schema['minimum'] ?? 1))
  return textOf(schema, name)
}

const MAX_SHOWN = 3

function objectOf(schema: JsonSchema): Record<string, unknown> {
  const required = schemasIn(schema['required']) as unknown as readonly string[]
  const all = propertiesOf(schema)
  const must = all.filter(([name, field]) => required.includes(name) || field['examples'] !== undefined)
  const shown = must.length > 0 ? must : all.slice(0, MAX_SHOWN)
  return Object.fromEntries(shown.map(([name, field]) => [name, sampleOf(field, name)]))
}

function textOf(schema: JsonSchema, name: string): string {
  const known = texts[String(schema['format'])]
  if (known !== undefined) return known
  if (name.includes('password')) return 'a long new password'
  return name === '' ? 'text' : name.replaceAll('_', ' ')
}
const texts: Readonly<Record<string, string>> = {
  uuid: '019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071',
  'date-time': '2026-01-31T08:00:00.000000Z',
  email: 'ann@example.com',
  uri: 'https://example.com/',
}
