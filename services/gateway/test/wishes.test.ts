import { ServiceError } from '@voipbin/contracts/errors'
import { createFakeClock, type FakeClock } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callers, headersOf, ids, startWorld, type World } from './world.ts'

describe('what travels on to a service', () => {
  let world: World
  let clock: FakeClock
  beforeAll(async () => {
    clock = createFakeClock()
    world = await startWorld({ clock })
  })
  afterAll(() => world.close())
  const create = (headers: Record<string, string> = {}, as = callers.admin) =>
    world.send('POST', '/v1.0/things', { as, headers, json: { name: 'x' } })
  const last = () => world.calls.at(-1)

  test('the caller, and a deadline by the method', async () => {
    await create()
    expect(last()).toMatchObject({ actor: callers.admin.actor, deadline: clock.now() + 30_000, publisher: 'gateway' })
    await world.send('POST', `/v1.0/things/${ids.thing}/start`, { as: callers.admin })
    expect(last()).toMatchObject({ method: 'startThing', deadline: clock.now() + 120_000 })
  })

  test('the time for an answer begins when the request is whole', async () => {
    const parts = new TransformStream<Uint8Array, Uint8Array>()
    const writer = parts.writable.getWriter()
    const waiting = fetch(`${world.url}/v1.0/things`, {
      method: 'POST',
      body: parts.readable,
      duplex: 'half',
      headers: headersOf(callers.admin),
    })
    await writer.write(new TextEncoder().encode('{"name":'))
    await clock.advance(25_000)
    await writer.write(new TextEncoder().encode('"slow"}'))
    await writer.close()
    expect((await waiting).status).toBe(201)
    expect(last()).toMatchObject({ method: 'createThing', input: { name: 'slow' }, deadline: clock.now() + 30_000 })
  })

  test('a well-formed trace parent, no other', async () => {
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await create({ traceparent: trace })
    expect(last()?.trace).toBe(trace)
    for (const traceparent of ['x', trace.toUpperCase(), `${trace}-x`, `ff${trace.slice(2)}`, `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`]) {
      await create({ traceparent })
      expect(last()?.trace).toBe('')
    }
  })

  describe('idempotency', () => {
    test('the client’s key names the wish, which may have been done', async () => {
      await create({ 'idempotency-key': 'order 7' })
      expect(last()).toMatchObject({ operation_id: 'order 7', repeated: true })
      await world.send('POST', `/v1.0/things/${ids.thing}/start`, { as: callers.admin, headers: { 'idempotency-key': 'k' } })
      expect(last()).toMatchObject({ operation_id: 'k', repeated: true })
    })

    test('without one each request is a wish of its own', async () => {
      await create()
      const first = last()
      await create()
      expect(first).toMatchObject({ repeated: false, operation_id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
      expect(last()?.operation_id).not.toBe(first?.operation_id)
    })

    test('reading needs none', async () => {
      await world.send('GET', '/v1.0/things', { as: callers.admin, headers: { 'idempotency-key': 'k' } })
      expect(last()).toMatchObject({ operation_id: '', repeated: false })
    })

    test('strangers’ keys are not used, because nothing keeps strangers apart', async () => {
      await world.send('POST', '/auth/sign-in', { headers: { 'idempotency-key': 'k' }, json: { username: 'a', password: 'b' } })
      expect(last()).toMatchObject({ method: 'logIn', repeated: false })
      expect(last()?.operation_id).not.toBe('k')
    })

    test.each(['', 'x'.repeat(256), 'tab\there', 'ä'])('a key "%s" is refused', async (key) => {
      const before = world.calls.length
      const { status, body } = await create({ 'idempotency-key': key })
      expect([status, (body['error'] as { reason: string }).reason]).toEqual([400, 'INVALID_ARGUMENT'])
      expect(world.calls.length).toBe(before)
    })

    test('255 characters are not too many', async () => {
      await create({ 'idempotency-key': 'x'.repeat(255) })
      expect(last()?.operation_id).toHaveLength(255)
    })

    test('a repeated DELETE reaches its owner although nothing is there any more; without a key, or of another tenant, it does not', async () => {
      world.answers['deleteThing'] = ({ id }) => ({
        ...{ id, customer_id: ids.acme, owner_id: ids.agent, name: 'gone', cost: 0 },
        ...{ tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: '2026-01-02T00:00:00.000000Z', version: 2 },
      })
      const drop = (id: string, headers: Record<string, string>) =>
        world.send('DELETE', `/v1.0/things/${id}`, { as: callers.admin, headers })
      expect((await drop(ids.missing, { 'idempotency-key': 'd' })).status).toBe(200)
      expect(last()).toMatchObject({ method: 'deleteThing', repeated: true })
      expect((await drop(ids.missing, {})).status).toBe(404)
      expect((await drop(ids.foreignThing, { 'idempotency-key': 'd' })).status).toBe(404)
      expect(
        (
          await world.send('PUT', `/v1.0/things/${ids.missing}`, {
            as: callers.admin,
            headers: { 'idempotency-key': 'd' },
            json: { name: 'x' },
          })
        ).status,
      ).toBe(404)
    })
  })

  describe('errors of services', () => {
    test.each([
      ['INVALID_ARGUMENT', 'INVALID_ARGUMENT', 400],
      ['INVALID_ARGUMENT', 'UNPROCESSABLE', 422],
      ['UNAUTHENTICATED', 'INVALID_CREDENTIALS', 401],
      ['PAYMENT_REQUIRED', 'INSUFFICIENT_BALANCE', 402],
      ['PERMISSION_DENIED', 'IDENTITY_VERIFICATION_REQUIRED', 403],
      ['NOT_FOUND', 'CALL_NOT_FOUND', 404],
      ['ALREADY_EXISTS', 'IDEMPOTENCY_KEY_REUSED', 409],
      ['FAILED_PRECONDITION', 'STATE_INVALID', 409],
      ['RESOURCE_EXHAUSTED', 'TOO_MANY_CALLS', 429],
      ['UNAVAILABLE', 'REQUEST_TIMEOUT', 503],
    ] as const)('%s %s is HTTP %d, passed on as it is', async (status, reason, http) => {
      world.answers['createThing'] = () => {
        throw new ServiceError(status, reason, 'Why', { details: [{ field: 'x' }] })
      }
      const answer = await create()
      expect(answer.status).toBe(http)
      expect(answer.body).toEqual({
        error: { status, reason, message: 'Why', request_id: answer.headers.get('x-request-id'), details: [{ field: 'x' }] },
      })
      expect(answer.headers.has('retry-after')).toBe(http === 429 || http === 503)
    })

    test('what nobody expected is 500 without its text', async () => {
      world.answers['createThing'] = () => {
        throw new TypeError('select * from passwords')
      }
      const answer = await create()
      expect(answer.status).toBe(500)
      expect(answer.body['error']).toMatchObject({ status: 'INTERNAL', reason: 'INTERNAL', message: 'Internal error' })
      expect(answer.text).not.toContain('passwords')
      const id = answer.headers.get('x-request-id')
      expect(
        world.system.logs.filter((line) => line['request_id'] === id && line['level'] === 'error'),
        'the service has logged it',
      ).toEqual([])
    })

    test('an output that cannot be answered is 500, logged once with its cause', async () => {
      world.answers['link'] = () => ({ url: 'not a url' })
      const answer = await world.send('GET', `/v1.0/things/${ids.thing}/link`, {
        as: callers.admin,
        headers: { 'x-request-id': 'broken-1' },
      })
      expect(answer.status).toBe(500)
      const lines = world.system.logs.filter((line) => line['request_id'] === 'broken-1' && line['level'] === 'error')
      expect(lines).toHaveLength(1)
      expect(JSON.stringify(lines[0])).toContain('Invalid URL')
    })

    test('a service that is not there is 503 with the time to wait', async () => {
      const without = await startWorld({ absent: ['thing'] })
      const answer = await without.send('POST', `/v1.0/things/${ids.thing}/start`, { as: callers.admin })
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe('1')
      expect(answer.body['error']).toMatchObject({ status: 'UNAVAILABLE', reason: 'SERVICE_UNAVAILABLE' })
      await without.close()
    })
  })
})
