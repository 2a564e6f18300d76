import { setTimeout as pause } from 'node:timers/promises'
import { agentContract } from '@voipbin/contracts/agent'
import { type Customer, customerContract } from '@voipbin/contracts/customer'
import type { Page } from '@voipbin/contracts/page'
import { permissions } from '@voipbin/contracts/permission'
import type { Tag } from '@voipbin/contracts/tag'
import { expect, test } from 'vitest'
import { type HttpAnswer, type HttpRequest, json, send } from '../http.ts'
import { CUSTOMER_ID } from '../load.ts'
import { ask, insist } from '../operate.ts'
import type { Scene } from '../scene.ts'
import type { World } from '../world.ts'
import { makeKey, revokeKey } from './credentials.ts'

const TAGS = '/v1.0/tags'
const NOBODYS = '11111111-1111-4111-8111-111111111111'
const NIL = '00000000-0000-0000-0000-000000000000'
const TEN_MEGABYTES = 10_485_760

/** What a request refers to: made before the table is read. */
type Cast = {
  readonly id: string
  readonly strangersKey: string
  readonly expiredKey: string
  readonly revokedKey: string
  /** Of agents of the tenant that may not touch its tags: one that is there, and one that was deleted since. */
  readonly agentsToken: string
  readonly deletedAgentsToken: string
}
type Refusal = readonly [what: string, request: (cast: Cast) => HttpRequest, status: number, reason: string]

const valid = { name: 'vip', detail: 'first' }
/** Each operation on tags as a client would rightly call it. */
const operations: Readonly<Record<string, (id: string) => HttpRequest>> = {
  list: () => ({ method: 'GET', path: TAGS }),
  create: () => ({ method: 'POST', path: TAGS, body: valid }),
  get: (id) => ({ method: 'GET', path: `${TAGS}/${id}` }),
  update: (id) => ({ method: 'PUT', path: `${TAGS}/${id}`, body: valid }),
  delete: (id) => ({ method: 'DELETE', path: `${TAGS}/${id}` }),
}
const all = Object.entries(operations)
const named = all.filter(([name]) => name !== 'list' && name !== 'create')
const withBody = all.filter(([name]) => name === 'create' || name === 'update')
const writing = all.filter(([name]) => name !== 'list' && name !== 'get')

const wrongValues = { 'a number': 1, null: null, 'a list': ['x'], 'an object': { x: 1 }, true: true, 'too long': 'x'.repeat(4097) }

const refusals: readonly Refusal[] = [
  ...all.flatMap(([name, request]): Refusal[] => [
    [`${name} without credential`, ({ id }) => ({ ...request(id), accessKey: '' }), 401, 'AUTHENTICATION_REQUIRED'],
    [`${name} with an unknown key`, ({ id }) => ({ ...request(id), accessKey: `vb_${'x'.repeat(32)}` }), 401, 'INVALID_CREDENTIALS'],
    [`${name} with a token nobody issued`, ({ id }) => ({ ...request(id), accessKey: 'a.b.c' }), 401, 'INVALID_CREDENTIALS'],
    [`${name} with a revoked key`, ({ id, revokedKey }) => ({ ...request(id), accessKey: revokedKey }), 401, 'INVALID_CREDENTIALS'],
    [`${name} without permission`, ({ id, agentsToken }) => ({ ...request(id), accessKey: agentsToken }), 403, 'PERMISSION_DENIED'],
    [
      `${name} as a deleted agent`,
      ({ id, deletedAgentsToken }) => ({ ...request(id), accessKey: deletedAgentsToken }),
      401,
      'INVALID_CREDENTIALS',
    ],
    [`${name} with an expired key`, ({ id, expiredKey }) => ({ ...request(id), accessKey: expiredKey }), 401, 'INVALID_CREDENTIALS'],
  ]),
  ...named.flatMap(([name, request]): Refusal[] => [
    [`${name} as another tenant`, ({ id, strangersKey }) => ({ ...request(id), accessKey: strangersKey }), 404, 'RESOURCE_NOT_FOUND'],
    [`${name} of what is not there`, () => request(NOBODYS), 404, 'RESOURCE_NOT_FOUND'],
    [`${name} of the nil id`, () => request(NIL), 400, 'INVALID_ID'],
    [`${name} of what is no id`, () => request('1%27%20or%201=1'), 400, 'INVALID_ID'],
    [`${name} of a long id`, () => request('a'.repeat(3000)), 400, 'INVALID_ID'],
    [`${name} with a broken escape`, () => request('%E0%A4%A'), 400, 'INVALID_ARGUMENT'],
  ]),
  ...withBody.flatMap(([name, request]): Refusal[] => [
    [`${name} with broken JSON`, ({ id }) => ({ ...request(id), body: '{"name":' }), 400, 'INVALID_JSON_BODY'],
    [`${name} with a list for a body`, ({ id }) => ({ ...request(id), body: '[]' }), 400, 'INVALID_JSON_BODY'],
    [`${name} with octets that are no text`, ({ id }) => ({ ...request(id), body: '"\u0000' }), 400, 'INVALID_JSON_BODY'],
    [`${name} with nothing`, ({ id }) => ({ ...request(id), body: {} }), 400, 'INVALID_ARGUMENT'],
    [`${name} with XML`, ({ id }) => ({ ...request(id), headers: { 'content-type': 'text/xml' } }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [`${name} with 10 MB`, ({ id }) => ({ ...request(id), body: { ...valid, name: 'x'.repeat(TEN_MEGABYTES) } }), 413, 'BODY_TOO_LARGE'],
    ...Object.keys(valid).flatMap((field) =>
      Object.entries(wrongValues).map(
        ([what, value]): Refusal => [
          `${name} with ${what} as ${field}`,
          ({ id }) => ({ ...request(id), body: { ...valid, [field]: value } }),
          400,
          'INVALID_ARGUMENT',
        ],
      ),
    ),
  ]),
  ['update of another id than the path says', ({ id }) => put(id, { ...valid, id: NOBODYS }), 400, 'INVALID_ARGUMENT'],
  ['list from a place that is none', () => ({ method: 'GET', path: `${TAGS}?page_token=yesterday` }), 400, 'INVALID_ARGUMENT'],
  ['tags of an agent, with a key', () => ({ method: 'GET', path: '/v1.0/service_agents/tags' }), 403, 'AGENT_AUTH_REQUIRED'],
  ['a tag of an agent, with a key', ({ id }) => ({ method: 'GET', path: `/v1.0/service_agents/tags/${id}` }), 403, 'AGENT_AUTH_REQUIRED'],
  ['a route that is none', () => ({ method: 'POST', path: '/v1.0/tag', body: valid }), 404, 'ROUTE_NOT_FOUND'],
  ['a method that is none', ({ id }) => ({ method: 'PATCH', path: `${TAGS}/${id}`, body: valid }), 404, 'ROUTE_NOT_FOUND'],
]

function put(id: string, body: object): HttpRequest {
  return { method: 'PUT', path: `${TAGS}/${id}`, body }
}

export function tagStories(scene: Scene): void {
  test('a tag is made, read, listed, changed and deleted', async () => {
    const { world } = scene
    const made = await json<Tag>(world, { method: 'POST', path: TAGS, body: valid })
    expect(made).toMatchObject({ ...valid, customer_id: CUSTOMER_ID, tm_update: null, tm_delete: null })
    expect(made).not.toHaveProperty('version')
    expect(await json(world, { method: 'GET', path: `${TAGS}/${made.id}` })).toEqual(made)
    const changed = await json<Tag>(world, put(made.id, { ...made, name: 'VIP' }))
    expect(changed).toEqual({ ...made, name: 'VIP', tm_update: changed.tm_update })
    expect(await json<Page<Tag>>(world, { method: 'GET', path: `${TAGS}?page_size=1` })).toMatchObject({ result: [changed] })
    expect(await json(world, { method: 'DELETE', path: `${TAGS}/${made.id}` })).toMatchObject({ id: made.id, name: 'VIP' })
    expect(await send(world, { method: 'GET', path: `${TAGS}/${made.id}` })).toMatchObject({ status: 404 })
  })

  test('a stranger to the tenant sees no tag of it', async () => {
    const { world } = scene
    const cast = await makeCast(world)
    const page = await json<Page<Tag>>(world, { method: 'GET', path: TAGS, accessKey: cast.strangersKey })
    expect(page).toEqual({ result: [], next_page_token: '' })
  })

  test(`${refusals.length} requests are refused as documented, without a stack, and write nothing`, async () => {
    const { world } = scene
    const cast = await makeCast(world)
    const before = await written(world)
    const wrong: string[] = []
    for (const [what, request, status, reason] of refusals) {
      const answer = await send(world, request(cast))
      const found = faultsOf(answer, status, reason)
      if (found.length > 0) wrong.push(`${what}: ${found.join(', ')}: ${answer.status} ${answer.text.slice(0, 300)}`)
    }
    expect(wrong).toEqual([])
    expect(await written(world)).toEqual(before)
  })

  test('an idempotency key names one wish', async () => {
    const { world } = scene
    const { id } = await makeCast(world)
    for (const [name, request] of writing) {
      const headers = { 'idempotency-key': `key of ${name} ${id}` }
      const first = await send(world, { ...request(id), headers })
      const before = await written(world)
      const again = await send(world, { ...request(id), headers })
      expect([name, again.status, again.text]).toEqual([name, 200, first.text])
      const other = await send(world, { method: 'POST', path: TAGS, body: { name: 'another wish', detail: '' }, headers })
      expect([name, other.status, other.text]).toEqual([name, 409, expect.stringContaining('IDEMPOTENCY_KEY_REUSED')])
      expect(await written(world)).toEqual(before)
    }
  })
}

function faultsOf({ status, text, headers }: HttpAnswer, wantedStatus: number, wantedReason: string): string[] {
  const found: string[] = []
  const { error } = JSON.parse(text) as { error?: Record<string, unknown> }
  if (status !== wantedStatus) found.push(`status ${wantedStatus} was expected`)
  if (error?.['reason'] !== wantedReason) found.push(`reason ${wantedReason} was expected`)
  if (error?.['request_id'] !== headers.get('x-request-id')) found.push('the request id differs from that of the header')
  if (typeof error?.['message'] !== 'string' || error['message'] === '') found.push('there is no message')
  if (/\bat .*:\d+:\d+|node:|\.ts\b|node_modules/.test(text)) found.push('it shows a stack')
  return found
}

async function makeCast(world: World): Promise<Cast> {
  const { id } = await json<Tag>(world, { method: 'POST', path: TAGS, body: valid })
  const stranger: Customer = await insist(world, customerContract, 'createCustomer', { name: 'Stranger' })
  const strangers = await makeKey(world, stranger.id, 600)
  const expired = await makeKey(world, CUSTOMER_ID, 1)
  const revoked = await makeKey(world, CUSTOMER_ID, 600)
  await revokeKey(world, revoked)
  const agents = await signIn(world)
  const deleted = await signIn(world)
  await insist(world, agentContract, 'deleteAgent', { id: deleted.id })
  await pause(1100)
  return {
    ...{ id, strangersKey: strangers.token, expiredKey: expired.token, revokedKey: revoked.token },
    ...{ agentsToken: agents.token, deletedAgentsToken: deleted.token },
  }
}

/** An agent who takes calls and may do nothing else. */
async function signIn(world: World): Promise<{ id: string; token: string }> {
  const credentials = { username: `${crypto.randomUUID()}@example.com`, password: 'correct horse' }
  const permission = permissions.customerAgent
  const answer = await ask(world, agentContract, 'createAgent', { customer_id: CUSTOMER_ID, ...credentials, permission })
  if (!('output' in answer)) throw new Error(`Cannot make an agent: ${JSON.stringify(answer)}`)
  const { token } = await json<{ token: string }>(world, { method: 'POST', path: '/auth/login', body: credentials, accessKey: '' })
  return { id: answer.output.id, token }
}

/** Whatever a request to the tag service could leave behind. */
const written = async (world: World) => ({
  tags: await world.query('tag', 'select id, name, detail, version, tm_delete from tag_tags order by id'),
  operations: await world.query('tag', 'select count(*) as total from tag_operations'),
  jobs: await world.query('tag', 'select id from tag_jobs order by id'),
})
