import { type ApiEntry, parseApiKey } from '@voipbin/contracts/api'
import type { ObjectSchema } from '@voipbin/contracts/contract'
import { unwrap } from '@voipbin/contracts/fields'
import type { z } from 'zod'
import { directTypesOf, identitiesOf } from '../admission/authorise.ts'
import { credentialNames } from '../identity/presented.ts'
import type { Operation } from '../operations/operation.ts'
import { injectionsOf } from '../operations/scope.ts'
import type { AlsoAnswered } from '../routes/route.ts'
import { type JsonSchema, pascal, type SchemaWriter } from './json-schema.ts'

/** What of an operation its description follows from; a route of the gateway's own has that as well. */
export type Describable = Pick<Operation, 'entry' | 'service' | 'verb' | 'url' | 'method' | 'admission'> & {
  readonly takesIdempotencyKey: boolean
  readonly alsoAnswers: readonly AlsoAnswered[]
}

/** One operation as OpenAPI describes it (OpenAPI 3.1 §4.8.10). */
export function describeOperation(operation: Describable, schemas: SchemaWriter): JsonSchema {
  const { entry, service, verb } = operation
  const operationId = operationIdOf(operation)
  const fields = openFields(operation)
  const direct = directTypesOf(entry)
  const inBody = verb === 'GET' || verb === 'DELETE' ? undefined : fields
  return {
    operationId,
    tags: [service],
    summary: entry.summary ?? sentenceOf(entry.method),
    ...(!operation.admission.readsCredential && { security: [] }),
    ...(operation.admission.readsCredential && operation.admission.allowsStrangers && { security: [{}, ...credentials] }),
    'x-permission': entry.permission,
    'x-identity': [...identitiesOf(entry)],
    ...(direct.length > 0 && { 'x-direct': direct }),
    parameters: [
      ...pathParameters(operation, schemas),
      ...(inBody ? [] : queryParameters(operation, fields, schemas)),
      ...(operation.takesIdempotencyKey ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ],
    ...(inBody && Object.keys(inBody.shape).length > 0 && { requestBody: requestBody(operation, inBody, schemas) }),
    responses: { ...success(operation, schemas), ...refusals(operation), ...outputs(operation, schemas) },
  }
}

/** `updateAgentAddresses` → `Update agent addresses` */
function sentenceOf(method: string): string {
  const words = method.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Any of these will do. */
export const credentials = [{ token: [] }, { accesskey: [] }] as const

/** `GET /v1.0/tags/:id` → `GetTagsId`, as the original names it. */
export function operationIdOf({ verb, url }: Describable): string {
  const path = url.replace('/v1.0', '').split('/').filter(Boolean)
  return pascal(verb.toLowerCase()) + path.map((part) => pascal(part.replace(':', '').replaceAll('.', '_'))).join('')
}

/** What a client may send beside the path. */
function openFields({ entry, method, url, verb }: Describable): ObjectSchema {
  const { parameters } = parseApiKey(`${verb} ${url}`)
  const shape = method.input.shape as Readonly<Record<string, z.ZodType>>
  const taken = new Set([...parameters, ...injectionsOf(entry, shape, parameters).map(({ field }) => field)])
  return method.input.omit(
    Object.fromEntries([...taken].filter((field) => field in shape).map((field) => [field, true])) as never,
  ) as ObjectSchema
}

const shapeOf = (schema: ObjectSchema) => schema.shape as Readonly<Record<string, z.ZodType>>

function pathParameters({ url, verb, method, entry }: Describable, schemas: SchemaWriter): JsonSchema[] {
  const { parameters } = parseApiKey(`${verb} ${url}`)
  return parameters.map((name) => {
    const field = shapeOf(method.input)[name]
    const owner = ownerOf(entry, name)
    return {
      name,
      in: 'path',
      required: true,
      ...(owner !== undefined && { description: `Which ${owner.replaceAll('_', ' ')}` }),
      schema: field ? schemas.of(field, { side: 'input', name: pascal(name) }) : { type: 'string' },
    }
  })
}

/** What a path parameter names. */
function ownerOf({ owned = {} }: ApiEntry, parameter: string): string | undefined {
  const owner = owned[parameter]
  return typeof owner === 'object' ? (owner.entity ?? parameter.replace(/_id$/, '')) : owner
}

function queryParameters(operation: Describable, fields: ObjectSchema, schemas: SchemaWriter): JsonSchema[] {
  const { page } = operation.entry
  const isHidden = (name: string) => operation.admission.readsCredential && credentialNames.has(name)
  return Object.entries(shapeOf(fields))
    .filter(([name]) => !isHidden(name))
    .map(([name, field]) => {
      if (page && name === 'page_size') return pageSize(page)
      if (page && name === 'page_token') return { $ref: '#/components/parameters/PageToken' }
      const schema = schemas.of(field, { side: 'input', name: pascal(name) })
      return { name, in: 'query', required: isRequired(field), schema }
    })
}

/** What somebody is told who leaves a field out may be kind; it is asked for all the same. */
const isRequired = (field: z.ZodType): boolean => !(field.def.type === 'catch' ? unwrap(field) : field).safeParse(undefined).success

const pageSize = ({ default: size, max }: NonNullable<ApiEntry['page']>): JsonSchema => ({
  name: 'page_size',
  in: 'query',
  description: `Rows a page, 1 to ${max}; any other value is ${size}`,
  schema: { type: 'integer', default: size },
})

function requestBody(operation: Describable, fields: ObjectSchema, schemas: SchemaWriter): JsonSchema {
  const schema = schemas.of(fields, { side: 'input', name: `${operationIdOf(operation)}Request` })
  const required = !fields.safeParse({}).success
  if (operation.entry.body !== 'multipart') return { required, content: { 'application/json': { schema } } }
  const properties = { ...(schema['properties'] as JsonSchema), file: { type: 'string', format: 'binary' } }
  return { required, content: { 'multipart/form-data': { schema: { ...schema, properties } } } }
}

const requestIdHeader = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } }

function success(operation: Describable, schemas: SchemaWriter): JsonSchema {
  const { entry } = operation
  const headers = requestIdHeader
  if (entry.answer === 'websocket') return { '101': { description: 'The socket is open', headers } }
  if (entry.answer === 'redirect') {
    const location = { description: 'Where the content is', schema: { type: 'string', format: 'uri' } }
    return { [String(entry.status ?? 307)]: { description: 'The content is elsewhere', headers: { ...headers, Location: location } } }
  }
  const status = String(entry.status ?? 200)
  if (status === '204') return { [status]: { description: 'Done', headers } }
  return { [status]: outputAnswer(operation, schemas, 'Done') }
}

function outputAnswer(operation: Describable, schemas: SchemaWriter, description: string): JsonSchema {
  const { entry, method } = operation
  const content = (type: string, schema: JsonSchema) => ({ description, headers: requestIdHeader, content: { [type]: { schema } } })
  if (entry.answer === 'html') return content('text/html', { type: 'string' })
  if (entry.answer === 'stream') return content(entry.contentType ?? 'application/octet-stream', {})
  const wanted = { side: 'output', name: `${operationIdOf(operation)}Response`, reveals: method.reveals } as const
  return content('application/json', schemas.of(method.output, wanted))
}

/** What may go wrong here, beside what may go wrong everywhere. */
function refusals({ admission, alsoAnswers, method, verb }: Describable): JsonSchema {
  const statuses = ['400', ...(admission.readsCredential ? ['401', '403'] : [])]
  if (method.kind !== 'query') statuses.push('409')
  if (verb !== 'GET') statuses.push('413', '415')
  statuses.push(...alsoAnswers.filter((also) => !('as' in also)).map(({ status }) => String(status)))
  return Object.fromEntries(
    [...new Set([...statuses, '429', '500', '503'])]
      .sort()
      .map((status) => [status, { $ref: `#/components/responses/${errorNames[status]}` }]),
  )
}

/** The output again, under another status than that of success. */
function outputs(operation: Describable, schemas: SchemaWriter): JsonSchema {
  const also = operation.alsoAnswers.filter((each) => 'as' in each)
  return Object.fromEntries(also.map(({ status }) => [String(status), outputAnswer(operation, schemas, 'Not done; the answer says why')]))
}

export const errorNames: Readonly<Record<string, string>> = {
  '400': 'BadRequest',
  '401': 'Unauthenticated',
  '403': 'PermissionDenied',
  '404': 'NotFound',
  '409': 'Conflict',
  '413': 'TooLarge',
  '415': 'UnsupportedMediaType',
  '422': 'Unprocessable',
  '429': 'TooManyRequests',
  '500': 'InternalError',
  '503': 'Unavailable',
}
