import { type ApiEntry, parseApiKey } from '@voipbin/contracts/api'
import { methodDeclaration } from '@voipbin/contracts/contract'
import { notFound } from '@voipbin/contracts/errors'
import { All } from '@voipbin/contracts/permission'
import { tagContract } from '@voipbin/contracts/tag'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../src/identity/caller.ts'
import { anAgent, callers, ids, type Sent, startWorld, type World } from './world.ts'

type Body = Record<string, unknown>
type Refusal = { readonly status: number; readonly reason: string; readonly field?: string }
type Attack = { readonly operation: string; readonly what: string; readonly path: string; readonly sent: Sent; readonly refusal: Refusal }
type Target = {
  readonly key: string
  readonly verb: string
  readonly entry: ApiEntry
  readonly path: (id?: string) => string
  readonly hasId: boolean
  readonly hasBody: boolean
  /** Somebody who may do it. */
  readonly rightful: Caller
}

const good: Body = { name: 'vip', detail: 'answered first' }
const tooLong = { name: 'x'.repeat(256), detail: 'x'.repeat(4097) }
const wrongValues: readonly (readonly [string, unknown])[] = [
  ...([1, true, null, [], {}, ['x']] as const).map((value) => [JSON.stringify(value), value] as const),
  ['NUL', 'a\0b'],
  ['half a surrogate pair', '\ud800'],
]
const nil = '00000000-0000-0000-0000-000000000000'

const targets: readonly Target[] = Object.entries(tagContract.api).map(([key, entry]) => {
  const { verb, url, parameters } = parseApiKey(key)
  return {
    ...{ key, verb, entry, hasId: parameters.length > 0, hasBody: verb === 'POST' || verb === 'PUT' },
    path: (id = ids.thing) => url.replace(':id', id),
    rightful: entry.identity ? callers.agent : callers.admin,
  }
})

/** Every operation of the tag contract attacked in every way, with the refusal that is documented for it. */
function attacksOn(target: Target): Attack[] {
  const { key: operation, entry, path, hasId, hasBody, rightful } = target
  const json = hasBody ? { json: good } : {}
  const attack = (what: string, sent: Sent, refusal: Refusal, where = path()): Attack => ({ operation, what, path: where, sent, refusal })
  const bare = (caller: Caller, what: string, status: number, reason: string) => attack(what, { ...json, as: caller }, { status, reason })
  const bodied = (what: string, sent: Sent, refusal: Refusal) => (hasBody ? [attack(what, { as: rightful, ...sent }, refusal)] : [])
  const idAttack = (what: string, id: string, refusal: Refusal) =>
    hasId ? [attack(what, { ...json, as: rightful }, refusal, path(id))] : []
  const type = { 'content-type': 'application/json' }
  return [
    attack('without a credential', json, { status: 401, reason: 'AUTHENTICATION_REQUIRED' }),
    attack(
      'with a revoked key',
      { ...json, headers: { authorization: 'Bearer vb_revoked' } },
      { status: 401, reason: 'INVALID_CREDENTIALS' },
    ),
    attack(
      'with a forged token',
      { ...json, headers: { cookie: 'token=eyJhbGciOiJub25lIn0.e30.' } },
      { status: 401, reason: 'INVALID_CREDENTIALS' },
    ),
    bare(callers.visitor, 'with a direct token', 403, 'DIRECT_ACCESS_NOT_SUPPORTED'),
    ...(entry.permission === All ? [] : [bare(callers.agent, 'without permission', 403, 'PERMISSION_DENIED')]),
    ...(entry.identity
      ? [callers.accesskey, callers.delegate].map((caller) => bare(caller, `as ${caller.actor.kind}`, 403, 'AGENT_AUTH_REQUIRED'))
      : []),
    bare({ ...rightful, customerStatus: 'frozen' }, 'with a frozen account', 403, 'ACCOUNT_FROZEN'),
    ...(hasId
      ? [bare({ ...rightful, actor: { ...rightful.actor, customer_id: ids.other } }, 'as another tenant', 404, 'RESOURCE_NOT_FOUND')]
      : []),
    ...idAttack('of nobody', ids.missing, { status: 404, reason: 'RESOURCE_NOT_FOUND' }),
    ...['x', nil, "'--", '%00', '..%2f..', 'x'.repeat(2000)].flatMap((id) =>
      idAttack(`with id ${id.slice(0, 10)}`, id, { status: 400, reason: 'INVALID_ID', field: 'id' }),
    ),
    attack(
      'with an endless idempotency key',
      { ...json, as: rightful, headers: { 'idempotency-key': 'x'.repeat(256) } },
      { status: 400, reason: 'INVALID_ARGUMENT' },
    ),
    ...(entry.page
      ? [
          attack(
            'with a broken page token',
            { as: rightful },
            { status: 400, reason: 'INVALID_ARGUMENT', field: 'page_token' },
            `${path()}?page_token=x`,
          ),
        ]
      : []),
    ...bodied('with 10 MB', { body: new Uint8Array(10_000_000) }, { status: 413, reason: 'BODY_TOO_LARGE' }),
    ...['{', '[', '{"name":', 'name=vip', '\u0000', '[]', '"x"', 'null'].flatMap((body) =>
      bodied(`with ${JSON.stringify(body)}`, { body, headers: type }, { status: 400, reason: 'INVALID_JSON_BODY' }),
    ),
    ...bodied('as XML', { body: '<tag/>', headers: { 'content-type': 'text/xml' } }, { status: 415, reason: 'UNSUPPORTED_MEDIA_TYPE' }),
    ...bodied('with nothing', {}, { status: 400, reason: 'INVALID_ARGUMENT', field: 'name' }),
    ...(hasId
      ? bodied('naming another id', { json: { ...good, id: ids.missing } }, { status: 400, reason: 'INVALID_ARGUMENT', field: 'id' })
      : []),
    ...Object.keys(good).flatMap((field) => [
      ...wrongValues.flatMap(([name, value]) =>
        bodied(`with ${field} ${name}`, { json: { ...good, [field]: value } }, { status: 400, reason: 'INVALID_ARGUMENT', field }),
      ),
      ...bodied(
        `with an endless ${field}`,
        { json: { ...good, [field]: tooLong[field as keyof typeof tooLong] } },
        { status: 400, reason: 'INVALID_ARGUMENT', field },
      ),
    ]),
  ]
}

describe('every operation of tags', () => {
  let world: World
  let mark = 0
  const tagRow = {
    customer_id: ids.acme,
    name: 'vip',
    detail: '',
    tm_create: '2026-01-01T00:00:00.000000Z',
    tm_update: null,
    tm_delete: null,
    version: 1,
  }
  beforeAll(async () => {
    const getTag = ({ id }: Body) => {
      if (id !== ids.thing) throw notFound('tag', String(id))
      return { ...tagRow, id }
    }
    const listTags = () => ({ result: [{ ...tagRow, id: ids.thing }], next_page_token: '' })
    world = await startWorld({
      contracts: [tagContract],
      answers: { getTag, listTags, updateTag: getTag, deleteTag: getTag, createTag: () => ({ ...tagRow, id: ids.missing }) },
    })
  })
  afterAll(() => world.close())
  beforeEach(() => {
    mark = world.calls.length
  })
  const writes = () =>
    world.calls.slice(mark).filter(({ service, method }) => service === 'tag' && methodDeclaration(tagContract, method).kind !== 'query')

  test('is attacked', () => {
    expect(targets).toHaveLength(7)
    expect(targets.flatMap(attacksOn).length).toBeGreaterThan(140)
  })

  describe.each(targets)('$key', (target) => {
    test('is done for who may', async () => {
      const answer = await world.send(target.verb, target.path(), { as: target.rightful, ...(target.hasBody && { json: good }) })
      expect(answer.status).toBe(200)
    })

    test.each(attacksOn(target))('$what: $refusal.status $refusal.reason', async ({ path, sent, refusal }) => {
      const answer = await world.send(target.verb, path, sent)
      expect([answer.status, (answer.body['error'] as Body | undefined)?.['reason']]).toEqual([refusal.status, refusal.reason])
      expectEnvelope(answer)
      const details = (answer.body['error'] as { details?: { field: string }[] }).details
      if (refusal.field) expect(details?.[0]?.field).toBe(refusal.field)
      if (refusal.field) expect(answer.text).toContain(`\\"${refusal.field}\\"`)
      expect(writes()).toEqual([])
    })
  })

  test('another tenant lists and makes only its own', async () => {
    const other = anAgent(32, { customer_id: ids.other })
    await world.send('GET', `/v1.0/tags?customer_id=${ids.acme}`, { as: other })
    expect(world.lastInput('listTags')).toMatchObject({ customer_id: ids.other })
    await world.send('POST', '/v1.0/tags', { as: other, json: { ...good, customer_id: ids.acme } })
    expect(world.lastInput('createTag')).toMatchObject({ customer_id: ids.other })
  })
})

/** Refusals look alike, whatever was refused, and tell nothing of what is behind. */
function expectEnvelope({ headers, body, text }: { headers: Headers; body: Body; text: string }): void {
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(Object.keys(body)).toEqual(['error'])
  const keys = Object.keys(body['error'] as Body)
  expect(keys.filter((key) => key !== 'details')).toEqual(['status', 'reason', 'message', 'request_id'])
  expect((body['error'] as Body)['request_id']).toBe(headers.get('x-request-id'))
  expect(text).not.toMatch(/\.ts:|node_modules|Error:|SELECT|sqlite|createTag|updateTag|\\u0000/i)
}
