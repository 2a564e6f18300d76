import type { JsonSchema } from '../openapi/json-schema.ts'

/** What of an OpenAPI document the reference shows; the document may say more. */
export type Described = {
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly parameters: Readonly<Record<string, Parameter>>
    readonly responses: Readonly<Record<string, { readonly description: string }>>
  }
}
export type Parameter = {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: JsonSchema
}
type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>
export type Answer = { readonly description?: string; readonly content?: Content; readonly $ref?: string }
export type DescribedOperation = {
  readonly operationId: string
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  /** An empty list, or one with an empty entry: strangers may call. */
  readonly security?: readonly object[]
  readonly 'x-permission'?: number
  readonly 'x-identity'?: readonly string[]
  readonly 'x-direct'?: readonly string[]
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, Answer>>
}

/** An operation with where it is found. */
export type Entry = DescribedOperation & { readonly verb: string; readonly path: string }

/** Operations by the service that answers them, in the order of the document's tags. */
export function entriesByService({ paths, tags }: Described): ReadonlyMap<string, readonly Entry[]> {
  const groups = new Map<string, Entry[]>(tags.map(({ name }) => [name, []]))
  for (const [path, verbs] of Object.entries(paths)) {
    for (const [verb, operation] of Object.entries(verbs)) {
      const service = operation.tags?.[0] ?? 'gateway'
      const group = groups.get(service) ?? []
      groups.set(service, group)
      group.push({ ...operation, verb: verb.toUpperCase(), path })
    }
  }
  return groups
}

/** `#/components/schemas/Tag` → `Tag` */
export const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1)

/** Parameters, those that many operations share looked up. */
export function parametersOf({ parameters = [] }: DescribedOperation, { components }: Described): readonly Parameter[] {
  return parameters.flatMap((parameter) => ('$ref' in parameter ? (components.parameters[nameOf(parameter.$ref)] ?? []) : parameter))
}
