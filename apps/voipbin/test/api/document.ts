import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

export type JsonSchema = { readonly [key: string]: unknown }
type Parameter = {
  readonly name?: string
  readonly in?: string
  readonly required?: boolean
  readonly schema?: JsonSchema
  readonly $ref?: string
}
type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>
type Response = { readonly content?: Content; readonly $ref?: string }

/** What of `/openapi.json` is read here. */
export type DescribedOperation = {
  readonly operationId: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, Response>>
  readonly 'x-permission': number
  readonly 'x-identity': readonly string[]
}
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>
}

/** `GET /v1.0/tags/:id` → what the document says of it. */
export function describedAs(document: Document, name: string): DescribedOperation | undefined {
  const [verb = '', url = ''] = name.split(' ')
  return document.paths[url.replace(/:([a-z_]+)/g, '{$1}')]?.[verb.toLowerCase()]
}

export function bodySchemaOf({ requestBody }: DescribedOperation): JsonSchema | undefined {
  return requestBody?.content['application/json']?.schema
}

/** Of an operation that takes a file. */
export function formSchemaOf({ requestBody }: DescribedOperation): JsonSchema | undefined {
  return requestBody?.content['multipart/form-data']?.schema
}

export type Judge = {
  /** @returns what is wrong with a value, undefined where it fits */
  valueFault(schema: JsonSchema, value: unknown): string | undefined
  /** @returns what the document does not say of an answer, undefined where it describes it */
  answerFault(operation: DescribedOperation, answer: { status: number; type: string; body: unknown }): string | undefined
}

/** Judges by the document alone. In answers a field that it does not name is a fault as well: clients must bear those, we must not send them. */
export function createJudge(document: Document): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: false })
  addFormats.default(ajv)
  const compiled = new Map<string, ValidateFunction>()
  const closedComponents = closeObjects(document.components)

  function validator(schema: JsonSchema, isAnswer: boolean): ValidateFunction {
    const key = `${isAnswer} ${JSON.stringify(schema)}`
    const known = compiled.get(key)
    if (known) return known
    const whole = isAnswer
      ? { ...(closeObjects(schema) as JsonSchema), components: closedComponents }
      : { ...schema, components: document.components }
    const made = ajv.compile(whole)
    compiled.set(key, made)
    return made
  }

  function fault(schema: JsonSchema, value: unknown, isAnswer: boolean): string | undefined {
    const validate = validator(schema, isAnswer)
    return validate(value) ? undefined : ajv.errorsText(validate.errors)
  }

  return {
    valueFault: (schema, value) => fault(schema, value, false),
    answerFault(operation, { status, type, body }) {
      const said = operation.responses[String(status)]
      if (!said) return `status ${status} is not described`
      const { content } = said.$ref === undefined ? said : (lookUp(document, said.$ref) as Response)
      if (!content) return type === '' ? undefined : `content of "${type}" is not described`
      const schema = content[type.split(';')[0] ?? '']?.schema
      if (!schema) return `content of "${type}" is not described`
      return fault(schema, body, true)
    },
  }
}

export function lookUp(document: Document, reference: string): unknown {
  const path = reference.replace('#/', '').split('/')
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document)
}

/** Error details are anybody's; everything else has the fields that it says. */
function closeObjects(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeObjects)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closeObjects(value)]))
  const isClosed = 'properties' in copy && !('additionalProperties' in copy) && copy['type'] === 'object'
  return isClosed ? { ...copy, additionalProperties: false } : copy
}
