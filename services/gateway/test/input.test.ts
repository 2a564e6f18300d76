import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callers, headersOf, ids, type Sent, startWorld, type World } from './world.ts'

describe('the input of a method', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({ env: { VOIPBIN_HTTP_BODY_LIMIT: '100000' } })
  })
  afterAll(() => world.close())
  const send = (method: string, path: string, sent: Sent = {}) => world.send(method, path, { as: callers.admin, ...sent })
  const list = async (query: string) => {
    const answer = await send('GET', `/v1.0/things?${query}`)
    return answer.status === 200 ? (world.lastInput('listThings') as Record<string, unknown>) : answer
  }
  const create = (json: unknown) => send('POST', '/v1.0/things', { json })
  const reason = ({ body }: { body: Record<string, unknown> }) => (body['error'] as { reason: string } | undefined)?.reason

  describe('from the query', () => {
    test.each([
      ['size=12', { size: 12 }],
      ['size=-1.5', { size: -1.5 }],
      ['size=', {}],
      ['is_open=true', { is_open: true }],
      ['is_open=TRUE', { is_open: true }],
      ['is_open=1', { is_open: true }],
      ['is_open=false', { is_open: false }],
      ['is_open=0', { is_open: false }],
      ['is_open=', {}],
      ['weights=1,2,3', { weights: [1, 2, 3] }],
      ['weights=1&weights=2', { weights: [1, 2] }],
      ['weights=7', { weights: [7] }],
      ['weights=', {}],
      ['labels=a,b', { labels: ['a', 'b'] }],
      ['labels=a,b&labels=c', { labels: ['a,b', 'c'] }],
      ['label=12', { label: '12' }],
      ['label=', { label: '' }],
      ['label=%E4%BD%A0%20+', { label: '你  ' }],
      ['unknown=1&__proto__=2&constructor=3', {}],
    ])('%s → %j', async (query, expected) => {
      const { customer_id, page_size, page_token, ...rest } = (await list(query)) as Record<string, unknown>
      expect([customer_id, page_size, page_token]).toEqual([ids.acme, 20, ''])
      expect(rest).toEqual(expected)
    })

    test.each([
      ['size=abc', 'size'],
      ['size=0x10', 'size'],
      ['size=Infinity', 'size'],
      ['size=1&size=2', 'size'],
      ['is_open=yes', 'is_open'],
      ['weights=1,x', 'weights.1'],
      ['weights=1.5', 'weights.0'],
      ['label=a&label=b', 'label'],
      ['label=%00', 'label'],
    ])('%s is refused, naming %s', async (query, field) => {
      const answer = await send('GET', `/v1.0/things?${query}`)
      expect([answer.status, reason(answer)]).toEqual([400, 'INVALID_ARGUMENT'])
      expect(answer.body['error']).toMatchObject({
        message: expect.stringContaining(`"${field}"`),
        details: [{ field, rule: expect.any(String) }],
      })
    })
  })

  describe('pages', () => {
    test.each([
      ['', 20],
      ['page_size=5', 5],
      ['page_size=50', 50],
      ['page_size=51', 20],
      ['page_size=0', 20],
      ['page_size=-1', 20],
      ['page_size=abc', 20],
      ['page_size=1.5', 20],
      ['page_size=1e1', 20],
      ['page_size=99999999999999999999', 20],
      ['page_size=5&page_size=6', 20],
    ])('"%s" → %d', async (query, size) => {
      expect(await list(query)).toMatchObject({ page_size: size })
    })

    test.each(['2026-01-31T08:00:00.000000Z', `2026-01-31T08:00:00.000000Z~${ids.thing}`, '2026-01-31%2008:00:00.000000'])(
      'token %s',
      async (token) => {
        expect(await list(`page_token=${token}`)).toMatchObject({ page_token: decodeURIComponent(token) })
      },
    )

    test.each(['x', '2026', "1' or '1'='1", '%00', `2026-01-31T08:00:00.000000Z~${'x'.repeat(200)}`])(
      'a broken token is refused: %s',
      async (token) => {
        const answer = await send('GET', `/v1.0/things?page_token=${token}`)
        expect(answer.status).toBe(400)
        expect((answer.body['error'] as { details: unknown[] }).details[0]).toMatchObject({ field: 'page_token' })
      },
    )
  })

  describe('from the path', () => {
    test.each([
      'x',
      '1',
      ids.thing.slice(1),
      `${ids.thing}0`,
      '00000000-0000-0000-0000-000000000000',
      'x'.repeat(3000),
      '%00',
      '..%2f..',
      'null',
      `{${ids.thing}}`,
    ])('id %s is INVALID_ID', async (id) => {
      const before = world.calls.length
      const answer = await send('GET', `/v1.0/things/${id}`)
      expect([answer.status, reason(answer)]).toEqual([400, 'INVALID_ID'])
      expect(answer.body['error']).toMatchObject({ message: expect.stringContaining('"id"'), details: [{ field: 'id' }] })
      expect(world.calls.length).toBe(before)
    })

    test('an id in capitals is the same id', async () => {
      expect((await send('GET', `/v1.0/things/${ids.thing.toUpperCase()}`)).status).toBe(200)
      expect((await send('GET', '/v1.0/things/ABCDEF00-AAAA-4AAA-8AAA-AAAAAAAAAAAA')).text).toContain('abcdef00-aaaa')
    })

    test('other parameters are coerced and checked by schema', async () => {
      expect((await send('GET', '/v1.0/kinds/a/12')).body).toEqual({ kind: 'a', number: 12 })
      expect((await send('GET', '/v1.0/kinds/c/12')).body['error']).toMatchObject({ details: [{ field: 'kind' }] })
      expect((await send('GET', '/v1.0/kinds/a/x')).body['error']).toMatchObject({ details: [{ field: 'number' }] })
    })

    test('it wins over the body and the query', async () => {
      const path = `/v1.0/things/${ids.thing}?id=${ids.other}&name=query`
      expect((await send('PUT', path, { json: { name: 'new' } })).status).toBe(200)
      expect(world.lastInput('updateThing')).toEqual({ id: ids.thing, name: 'new' })
      expect((await send('PUT', path, { json: {} })).status).toBe(200)
      expect(world.lastInput('updateThing')).toEqual({ id: ids.thing, name: 'query' })
    })

    test.each([ids.thing, ids.thing.toUpperCase(), '', null, '00000000-0000-0000-0000-000000000000'])(
      'a body may repeat the id: %s',
      async (id) => {
        expect((await send('PUT', `/v1.0/things/${ids.thing}`, { json: { id, name: 'x' } })).status).toBe(200)
      },
    )

    test.each<unknown>([ids.other, 'x', 5, {}, { toString: 1 }, [ids.other]])('a body that names another id is refused: %j', async (id) => {
      const answer = await send('PUT', `/v1.0/things/${ids.thing}`, { json: { id, name: 'x' } })
      expect([answer.status, reason(answer)]).toEqual([400, 'INVALID_ARGUMENT'])
      expect(answer.body['error']).toMatchObject({ details: [{ field: 'id' }] })
    })
  })

  describe('from the body', () => {
    test('keys that nobody knows are left out, at any depth, so that what was read can be sent back', async () => {
      const read = (await send('GET', `/v1.0/things/${ids.thing}`)).body
      const steps = [{ type: 'a', more: 1, plan_id: '' }]
      expect((await create({ ...read, unknown: { a: 1 }, options: { loud: true, x: 1 }, steps })).status).toBe(201)
      expect(world.lastInput('createThing')).toEqual({
        ...{ customer_id: ids.acme, name: 'one', detail: '', plan_id: '', plan_ids: [] },
        ...{ options: { loud: true }, steps: [{ type: 'a', plan_id: '' }] },
      })
    })

    test('numbers and booleans of JSON are not made from texts', async () => {
      expect((await create({ name: 'x', size: '5' })).body['error']).toMatchObject({ details: [{ field: 'size' }] })
      expect((await create({ name: 5 })).body['error']).toMatchObject({ details: [{ field: 'name' }] })
      expect((await create({ name: 'x', options: { loud: 'true' } })).body['error']).toMatchObject({ details: [{ field: 'options.loud' }] })
    })

    test('each wrong field is named', async () => {
      const { body } = await create({ name: '', size: 1.5, plan_ids: ['x'] })
      const details = (body['error'] as { details: { field: string }[] }).details
      expect(details.map(({ field }) => field)).toEqual(['name', 'size', 'plan_ids.0'])
    })

    test('JSON without a content type is JSON', async () => {
      const body = new TextEncoder().encode('{"name":"bare"}')
      expect((await send('POST', '/v1.0/things', { body })).status).toBe(201)
      expect(world.lastInput('createThing')).toMatchObject({ name: 'bare' })
    })

    test.each([
      'application/json',
      'application/json; charset=utf-8',
      'APPLICATION/JSON',
      'application/merge-patch+json',
      'application/x-www-form-urlencoded',
    ])('%s is read', async (type) => {
      expect((await send('POST', '/v1.0/things', { body: '{"name":"x"}', headers: { 'content-type': type } })).status).toBe(201)
    })

    test.each(['text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'json', 'text/json', ';', 'é'])(
      'content type "%s" is 415',
      async (type) => {
        const answer = await send('POST', '/v1.0/things', { body: '{"name":"x"}', headers: { 'content-type': type } })
        expect([answer.status, reason(answer)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
        expect(answer.body['error']).toMatchObject({ status: 'INVALID_ARGUMENT' })
      },
    )

    test('a compressed body is 415', async () => {
      const answer = await send('POST', '/v1.0/things', {
        body: '{"name":"x"}',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      })
      expect(answer.status).toBe(415)
    })

    test.each([
      '{',
      '{"name":',
      "{'name':1}",
      'nope',
      '{"name":"a"} x',
      '\u0000',
      '{"a":\u0001}',
      '[]',
      '5',
      '"x"',
      'null',
      '[{"name":"x"}]',
    ])('broken or no object: %s', async (body) => {
      const answer = await send('POST', '/v1.0/things', { body, headers: { 'content-type': 'application/json' } })
      expect([answer.status, reason(answer)]).toEqual([400, 'INVALID_JSON_BODY'])
    })

    test('octets that are no UTF-8 are broken JSON', async () => {
      const body = new Uint8Array([0x7b, 0x22, 0x6e, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])
      expect(reason(await send('POST', '/v1.0/things', { body }))).toBe('INVALID_JSON_BODY')
    })

    test('no body at all is an empty one', async () => {
      expect((await send('POST', '/v1.0/things')).body['error']).toMatchObject({ details: [{ field: 'name' }] })
      expect((await send('POST', `/v1.0/things/${ids.thing}/start`)).status).toBe(202)
      expect((await send('DELETE', `/v1.0/things/${ids.thing}`, { headers: { 'content-type': 'application/json' } })).status).toBe(200)
    })

    test.each([100_001, 2_000_000])('%d octets are 413, announced or not', async (length) => {
      const announced = await send('POST', '/v1.0/things', { body: new Uint8Array(length) })
      expect([announced.status, reason(announced)]).toEqual([413, 'BODY_TOO_LARGE'])
      const response = await fetch(`${world.url}/v1.0/things`, {
        ...{ method: 'POST', duplex: 'half', body: new Blob([new Uint8Array(length)]).stream() },
        headers: headersOf(callers.admin),
      })
      expect([response.status, ((await response.json()) as { error: { reason: string } }).error.reason]).toEqual([413, 'BODY_TOO_LARGE'])
    })

    test('the largest allowed body is read', async () => {
      const extra = 'x'.repeat(100_000 - '{"name":"x","extra":""}'.length)
      expect((await create({ name: 'x', extra })).status).toBe(201)
      expect((await create({ name: 'x', extra: `${extra}x` })).status).toBe(413)
    })

    test('a stranger’s body is not read', async () => {
      const answer = await world.send('POST', '/v1.0/things', { body: new Uint8Array(2_000_000) })
      expect(answer.status).toBe(401)
    })
  })

  describe('what would hurt behind', () => {
    test('keys of the prototype are data like others', async () => {
      const body =
        '{"name":"x","__proto__":{"customer_id":"evil","isAdmin":true},"constructor":{"prototype":{"polluted":1}},"extra":{"__proto__":{"polluted":1}},"variables":{"__proto__":"x","constructor":"y"}}'
      expect((await send('POST', '/v1.0/things', { body, headers: { 'content-type': 'application/json' } })).status).toBe(201)
      expect(world.lastInput('createThing')).toMatchObject({ customer_id: ids.acme, variables: { constructor: 'y' } })
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
      expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined()
    })

    test.each([
      ['{"name":"a\\u0000b"}', 'name'],
      ['{"name":"\\ud800"}', 'name'],
      ['{"name":"x","variables":{"k":"\\udc00"}}', 'variables.k'],
      ['{"name":"x","variables":{"\\u0000":"v"}}', 'variables.\\0'],
      ['{"name":"x","extra":[{"deep":["\\u0000"]}]}', 'extra.0.deep.0'],
      [`{"name":"x","extra":${'['.repeat(2000)}${']'.repeat(2000)}}`, 'extra'],
      [`{"name":"x","extra":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`, 'extra'],
    ])('%s is refused, naming %s', async (body, field) => {
      const answer = await send('POST', '/v1.0/things', { body, headers: { 'content-type': 'application/json' } })
      expect([answer.status, reason(answer)]).toEqual([400, 'INVALID_ARGUMENT'])
      expect((answer.body['error'] as { message: string }).message).toContain(field)
    })

    test('numbers beyond measure are refused', async () => {
      const answer = await send('POST', '/v1.0/things', {
        body: '{"name":"x","size":1e999}',
        headers: { 'content-type': 'application/json' },
      })
      expect(answer.body['error']).toMatchObject({ details: [{ field: 'size' }] })
    })
  })
})
