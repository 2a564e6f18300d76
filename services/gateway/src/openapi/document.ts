import type { HttpMethod } from '@voipbin/contracts/api'
import type { Contract } from '@voipbin/contracts/contract'
import { statuses } from '@voipbin/contracts/errors'
import { compileOperations } from '../operations/compile-operations.ts'
import { collectEntities } from '../operations/entities.ts'
import { admissionOf, entryOf } from '../routes/declared.ts'
import type { Route } from '../routes/route.ts'
import { credentials, type Describable, describeOperation, errorNames } from './describe-operation.ts'
import { createSchemaWriter, type JsonSchema } from './json-schema.ts'

type Routes = Readonly<Record<string, Route>>

/** The public API as OpenAPI 3.1 describes it, made from the contracts and from what the gateway's own routes declare. */
export function buildOpenApi(contracts: readonly Contract[], routes: Routes = {}): JsonSchema {
  const schemas = createSchemaWriter(collectEntities(contracts))
  const paths: Record<string, JsonSchema> = {}
  for (const operation of [...operationsOf(contracts), ...routesOf(routes)]) {
    const path = operation.url.replace(/:([a-z_]+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.verb.toLowerCase()]: describeOperation(operation, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'VoIPBIN API',
      version: '1.0',
      description: 'Programmable calls, conferences, queues, campaigns, messages and AI voice agents.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: credentials,
    tags: [...contracts.filter(({ api }) => Object.keys(api).length > 0).map(({ service }) => service), ...ownTag(routes)].map((name) => ({
      name,
    })),
    paths,
    components: { ...fixedComponents, schemas: { ErrorResponse: errorResponse, ...sorted(schemas.components) } },
  }
}

/** What a path names may not be there. */
const operationsOf = (contracts: readonly Contract[]): Describable[] =>
  compileOperations(contracts).map((operation) => ({
    ...operation,
    takesIdempotencyKey: operation.method.kind !== 'query',
    alsoAnswers: operation.url.includes('/:') ? [{ status: 404 }] : [],
  }))

const ownTag = (routes: Routes) => (Object.keys(routes).length > 0 ? [GATEWAY] : [])
const GATEWAY = 'gateway'

const routesOf = (routes: Routes): Describable[] =>
  Object.entries(routes).map(([name, route]) => {
    const [verb = '', url = ''] = name.split(' ')
    const { method, alsoAnswers = [] } = route
    const described = { entry: entryOf(route), admission: admissionOf(route, url), method, alsoAnswers }
    return { ...described, service: GATEWAY, verb: verb as HttpMethod, url, takesIdempotencyKey: false }
  })

const sorted = (components: Readonly<Record<string, JsonSchema>>) =>
  Object.fromEntries(Object.entries(components).sort(([one], [other]) => (one < other ? -1 : 1)))

const errorResponse = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['status', 'reason', 'message', 'request_id'],
      properties: {
        status: { type: 'string', enum: statuses },
        reason: { type: 'string', description: 'A constant that a program can test' },
        message: { type: 'string', description: 'For people' },
        request_id: { type: 'string' },
        details: { type: 'array', items: { type: 'object' } },
      },
    },
  },
}

const errorDescriptions: Readonly<Record<string, string>> = {
  '400': 'Something in the request is wrong; the message names it',
  '401': 'No credential, or none that is valid',
  '403': 'The caller may not do this',
  '404': 'There is no such resource, or it is not the caller’s',
  '409': 'The resource is not in a state for this, or the idempotency key was used for something else',
  '413': 'The body is too large',
  '415': 'The body is of a type that is not read here',
  '422': 'A field of the request is wrong; the message names it',
  '429': 'Too many requests',
  '500': 'Our fault',
  '503': 'Not now; the same request may succeed later',
}

const requestId = { $ref: '#/components/headers/RequestId' }
const retryAfter = { description: 'Seconds to wait', schema: { type: 'integer' } }

const errorAnswers = Object.entries(errorNames).map(([status, name]) => [
  name,
  {
    description: errorDescriptions[status],
    headers: { 'X-Request-Id': requestId, ...((status === '429' || status === '503') && { 'Retry-After': retryAfter }) },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorResponse' } } },
  },
])

const fixedComponents = {
  securitySchemes: {
    token: { type: 'http', scheme: 'bearer', description: 'A JSON Web Token, or an access key (`vb_…`)' },
    accesskey: { type: 'apiKey', in: 'query', name: 'accesskey', description: 'An access key' },
  },
  headers: { RequestId: { description: 'Names the request in errors and logs', schema: { type: 'string' } } },
  parameters: {
    PageToken: {
      name: 'page_token',
      in: 'query',
      description: '`next_page_token` of the page before; empty for the first',
      schema: { type: 'string', default: '' },
    },
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      description: 'Sent again under the same key, the request is answered as before and not done again, for 24 hours',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  },
  responses: Object.fromEntries(errorAnswers) as JsonSchema,
}
