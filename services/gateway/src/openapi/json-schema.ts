import { markOf, refOf, timestamp } from '@voipbin/contracts/fields'
import { z } from 'zod'
import type { Entities } from '../operations/entities.ts'

export type JsonSchema = { [key: string]: unknown }
type Properties = Record<string, JsonSchema>

/** A schema as what a client sends, or as what it gets. */
export type Side = 'input' | 'output'
type Wanted = {
  readonly side: Side
  /** Names what has none, where a schema contains itself. */
  readonly name: string
  /** Secret fields that this output carries. */
  readonly reveals?: readonly string[]
}

/** Turns schemas of contracts into JSON Schema; entities become components, by their names. */
export type SchemaWriter = {
  of(schema: z.ZodType, wanted: Wanted): JsonSchema
  readonly components: Properties
}

const timestampPattern = (z.toJSONSchema(timestamp()) as JsonSchema)['pattern']

export function createSchemaWriter(entities: Entities): SchemaWriter {
  const names = z.registry<{ id: string }>()
  for (const { name, schema } of entities.values()) names.add(schema, { id: pascal(name) })
  const unnamed = z.registry<{ id: string }>()
  const components: Properties = {}

  return {
    components,
    of(schema, { side, name, reveals = [] }) {
      // What reveals a secret is not the component that everybody else gets.
      const metadata = reveals.length > 0 || side === 'input' ? unnamed : names
      const converted = z.toJSONSchema(schema, {
        ...{ io: side, metadata, unrepresentable: 'any' },
        override: ({ zodSchema, jsonSchema }) => tidy(zodSchema as unknown as z.ZodType, jsonSchema as JsonSchema, reveals),
      }) as JsonSchema
      const { $schema: _, $defs = {}, ...rest } = renameDefinitions(converted, name)
      for (const [id, definition] of Object.entries($defs as Properties)) components[id] ??= definition
      return rest
    },
  }
}

/** Makes of the converter's output what a reader of an API wants to see. */
function tidy(schema: z.ZodType, json: JsonSchema, reveals: readonly string[]): void {
  const reference = refOf(schema)
  if (reference !== undefined) describeReference(json, reference)
  if (schema.description !== undefined) json['description'] = schema.description
  const examples = schema.meta()?.['examples']
  if (examples !== undefined) json['examples'] = examples
  const { type, shape } = schema.def as unknown as { type: string; shape?: Readonly<Record<string, z.ZodType>> }
  if (type === 'object' && shape) hideFields(shape, json, reveals)
  if (type === 'catch') delete json['default']
  if (json['format'] === 'uuid') delete json['pattern']
  if (json['pattern'] === timestampPattern && timestampPattern !== undefined) {
    delete json['pattern']
    json['format'] = 'date-time'
  }
  if (json['maximum'] === Number.MAX_SAFE_INTEGER) delete json['maximum']
  if (json['minimum'] === Number.MIN_SAFE_INTEGER) delete json['minimum']
}

function describeReference(json: JsonSchema, entity: string): void {
  const fallback = json['default']
  for (const key of Object.keys(json)) delete json[key]
  Object.assign(json, {
    type: 'string',
    description: `Id of a ${entity}; empty: none`,
    ...(fallback !== undefined && { default: fallback }),
  })
}

/** Fields that never leave, and the ban on others: clients must bear what later releases add. */
function hideFields(shape: Readonly<Record<string, z.ZodType>>, json: JsonSchema, reveals: readonly string[]): void {
  if (json['additionalProperties'] === false) delete json['additionalProperties']
  const hidden = Object.entries(shape).filter(([name, field]) => markOf(field) !== undefined && !reveals.includes(name))
  for (const [name] of hidden) delete (json['properties'] as Properties | undefined)?.[name]
  const properties = (json['properties'] ?? {}) as Properties
  for (const [name, field] of Object.entries(properties)) {
    if (reveals.includes(name) && shape[name] && markOf(shape[name]) === 'secret') field['description'] ??= 'Shown here only'
  }
  const required = json['required'] as string[] | undefined
  if (required) json['required'] = required.filter((name) => !hidden.some(([other]) => other === name))
}

/** `#/$defs/…` → `#/components/schemas/…`; definitions without a name get one of the operation that uses them. */
function renameDefinitions(converted: JsonSchema, name: string): JsonSchema {
  const text = JSON.stringify(converted)
    .replaceAll('"#/$defs/', '"#/components/schemas/')
    .replaceAll('__schema', `${name}Part`)
    .replaceAll('"#"', `"#/components/schemas/${name}"`)
  return JSON.parse(text) as JsonSchema
}

export const pascal = (name: string): string => name.replace(/(^|[_-])([a-z0-9])/g, (_match, _dash, letter: string) => letter.toUpperCase())
