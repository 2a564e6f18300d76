import { Validator } from '@seriousme/openapi-schema-validator'
import { customerContract } from '@voipbin/contracts/customer'
import { customRoutes, gatewayContract } from '@voipbin/contracts/gateway'
import { tagContract } from '@voipbin/contracts/tag'
import { describe, expect, test } from 'vitest'
import { buildOpenApi } from '../src/openapi/document.ts'
import { routes } from '../src/routes/index.ts'
import { planContract, thingContract } from './thing-contract.ts'
import { startWorld } from './world.ts'

type Document = {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, { properties: object; required: string[] }> }
}
type Operation = {
  readonly operationId: string
  readonly security?: object[]
  readonly parameters: { name?: string; in?: string; $ref?: string; required?: boolean; schema?: object }[]
  readonly requestBody?: {
    required: boolean
    content: Record<string, { schema: { properties: Record<string, object>; required?: string[] } }>
  }
  readonly responses: Record<string, { content?: Record<string, { schema: Record<string, unknown> }>; $ref?: string }>
}
const validate = (document: object) => new Validator().validate(structuredClone(document) as Record<string, unknown>)

describe('the OpenAPI document', () => {
  const document = buildOpenApi([customerContract, planContract, thingContract]) as unknown as Document
  const things = document.paths['/v1.0/things']

  test('is valid OpenAPI 3.1, of the test’s contract and of the real ones', async () => {
    expect(document.openapi).toBe('3.1.0')
    expect(await validate(document)).toMatchObject({ valid: true })
    expect(await validate(buildOpenApi([gatewayContract, customerContract, tagContract]))).toMatchObject({ valid: true })
    expect(await validate({ ...document, paths: { nonsense: 1 } }), 'the validator can tell').toMatchObject({ valid: false })
  })

  test('refers to nothing that it does not contain', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path.split('/'))
    expect(references.length).toBeGreaterThan(50)
    for (const path of references) {
      expect(
        path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document),
        path.join('/'),
      ).toBeDefined()
    }
  })

  test('names operations as the original does, each once', () => {
    const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
    expect(ids).toContain('GetThingsId')
    expect(ids).toContain('PutThingsIdPartsPartId')
    expect(ids).toContain('PostAuthSignIn')
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('shows no internal and no secret field', () => {
    expect(Object.keys(document.components.schemas['Thing']?.properties ?? {})).toEqual([
      'id',
      'customer_id',
      'owner_id',
      'name',
      'tm_create',
      'tm_update',
      'tm_delete',
    ])
    expect(document.components.schemas['Thing']?.required).not.toContain('cost')
    expect(JSON.stringify(document.components.schemas['Accesskey'])).not.toContain('token_hash')
  })

  test('shows a secret in the one answer that reveals it', () => {
    expect(JSON.stringify(things?.['post']?.responses['201'])).toContain('"pin"')
    expect(JSON.stringify(document)).not.toContain('"version":{')
  })

  test('lists answer with pages of a component', () => {
    expect(things?.['get']?.responses['200']?.content?.['application/json']?.schema).toMatchObject({
      properties: { result: { type: 'array', items: { $ref: '#/components/schemas/Thing' } }, next_page_token: { type: 'string' } },
    })
    const names = things?.['get']?.parameters.map(({ name, $ref }) => name ?? $ref)
    expect(names).toEqual(['page_size', '#/components/parameters/PageToken', 'label', 'size', 'is_open', 'weights', 'labels'])
  })

  test('a body has what a client may send: no tenant, nothing of the path', () => {
    const { schema } = things?.['post']?.requestBody?.content['application/json'] ?? {}
    expect(Object.keys(schema?.properties ?? {})).not.toContain('customer_id')
    expect(schema?.required).toEqual(['name'])
    expect(schema?.properties['plan_id']).toEqual({ type: 'string', description: 'Id of a plan; empty: none', default: '' })
    const put = document.paths['/v1.0/things/{id}']?.['put']
    expect(Object.keys(put?.requestBody?.content['application/json']?.schema.properties ?? {})).toEqual(['name'])
    expect(put?.parameters[0]).toEqual({
      name: 'id',
      in: 'path',
      required: true,
      description: 'Which thing',
      schema: { type: 'string', format: 'uuid' },
    })
    expect(document.paths['/v1.0/things/{id}/start']?.['post']?.requestBody).toBeUndefined()
  })

  test('files, pages, redirects and sockets are what they are', () => {
    const upload = document.paths['/v1.0/uploads']?.['post']?.requestBody?.content['multipart/form-data']?.schema
    expect(upload?.properties['file']).toEqual({ type: 'string', format: 'binary' })
    expect(document.paths['/v1.0/things/{id}/link']?.['get']?.responses).toHaveProperty('307')
    expect(document.paths['/v1.0/things/{id}/socket']?.['get']?.responses).toHaveProperty('101')
    expect(document.paths['/auth/confirm']?.['get']?.responses['200']?.content).toHaveProperty('text/html')
    expect(document.paths['/v1.0/things/{id}/drop']?.['delete']?.responses['204']?.content).toBeUndefined()
  })

  test('says who needs a credential, and what may go wrong', () => {
    expect(document.paths['/auth/sign-in']?.['post']?.security).toEqual([])
    expect(things?.['get']?.security).toBeUndefined()
    expect(Object.keys(document.paths['/auth/confirm']?.['get']?.responses ?? {})).toEqual(['200', '400', '429', '500', '503'])
    expect(Object.keys(document.paths['/v1.0/things/{id}']?.['put']?.responses ?? {})).toEqual([
      '200',
      '400',
      '401',
      '403',
      '404',
      '409',
      '413',
      '415',
      '429',
      '500',
      '503',
    ])
    expect(document.paths['/auth/confirm']?.['get']?.parameters.map(({ name }) => name)).toEqual(['token'])
  })

  test('describes the gateway’s own routes by what they declare', async () => {
    const whole = buildOpenApi([gatewayContract, customerContract, tagContract], routes) as unknown as Document
    expect(await validate(whole)).toMatchObject({ valid: true })
    for (const name of customRoutes) {
      const [verb = '', url = ''] = name.split(' ')
      expect(whole.paths[url]?.[verb.toLowerCase()], name).toBeDefined()
    }
    const login = whole.paths['/auth/login']?.['post']
    expect(login?.security).toEqual([])
    expect(login?.requestBody?.content['application/json']?.schema.required).toEqual(['username', 'password'])
    expect(JSON.stringify(login?.responses['200'])).toContain('"token"')
    const delegate = whole.paths['/auth/delegate']?.['post']
    expect(Object.keys(delegate?.responses ?? {})).toEqual(['200', '400', '401', '403', '404', '413', '415', '422', '429', '500', '503'])
    expect(whole.paths['/auth/email-verify']?.['get']?.parameters).toMatchObject([{ name: 'token', in: 'query', required: true }])
    expect(whole.paths['/v1.0/ws']?.['get']?.responses).toHaveProperty('101')
    expect(whole.paths['/health/ready']?.['get']?.responses['503']?.content?.['application/json']?.schema).toHaveProperty(
      'properties.checks',
    )
  })

  test('is served', async () => {
    const world = await startWorld()
    const { status, body } = await world.send('GET', '/openapi.json')
    expect(status).toBe(200)
    expect(Object.keys(body['paths'] as object)).toContain('/v1.0/things/{id}')
    await world.close()
  })
})
