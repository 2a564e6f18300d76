import { customerContract } from '@voipbin/contracts/customer'
import { aCustomer, createFakeClock, type FakeClock, publishEvent } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ids, startWorld, type World } from './world.ts'

const token = `vb_${'k'.repeat(32)}`
const keyId = 'dddddddd-dddd-4ddd-8ddd-dddddddddddd'
const aKey = { token, id: keyId }
const path = '/v1.0/things'

describe('credentials', () => {
  let world: World
  let clock: FakeClock
  const lookups = () => world.calls.filter(({ method }) => method === 'authenticateAccesskey').length
  const withKey = (value = token) => world.send('GET', path, { headers: { authorization: `Bearer ${value}` } })
  const accesskeyEvent = {
    id: keyId,
    customer_id: ids.acme,
    name: '',
    detail: '',
    token_prefix: '',
    token_hash: '0'.repeat(64),
    tm_expire: null,
  }
  const columns = { tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null, version: 1 }

  beforeEach(async () => {
    clock = createFakeClock()
    world = await startWorld({ clock, keys: [aKey] })
  })
  afterEach(() => world.close())

  test('none: 401 AUTHENTICATION_REQUIRED', async () => {
    for (const headers of [
      {},
      { authorization: 'Basic dTpw' },
      { authorization: 'Bearer' },
      { cookie: 'accesskey=' },
      { cookie: 'other=1' },
    ]) {
      const { status, body } = await world.send('GET', path, { headers: headers as Record<string, string> })
      expect([status, (body['error'] as { reason: string }).reason]).toEqual([401, 'AUTHENTICATION_REQUIRED'])
    }
    expect(lookups()).toBe(0)
  })

  test('an access key is taken from cookie, query and Authorization', async () => {
    expect((await withKey()).status).toBe(200)
    expect((await world.send('GET', `${path}?accesskey=${token}`)).status).toBe(200)
    expect((await world.send('GET', path, { headers: { cookie: `a=b; accesskey=${token}; c=d` } })).status).toBe(200)
    expect((await world.send('GET', path, { headers: { cookie: `accesskey="${token}"` } })).status).toBe(200)
    expect((await world.send('GET', path, { headers: { authorization: `bearer ${token}` } })).status).toBe(200)
    expect(lookups()).toBe(1)
  })

  test('the holder is an admin of the customer and nothing else', async () => {
    await withKey()
    const actor = { kind: 'accesskey', id: keyId, customer_id: ids.acme, permission: 32 }
    expect(world.calls.findLast(({ method }) => method === 'listThings')).toMatchObject({ actor, input: { customer_id: ids.acme } })
    expect((await world.send('GET', `/v1.0/all_things?accesskey=${token}`)).status).toBe(403)
  })

  test('the platform itself, not the stranger, asks who holds a key', async () => {
    await world.send('GET', path, { headers: { authorization: `Bearer ${token}`, 'x-request-id': 'asked-1' } })
    expect(world.calls[0]).toMatchObject({ method: 'authenticateAccesskey', request_id: 'asked-1', actor: { kind: 'system' } })
    expect(JSON.stringify(world.calls)).not.toContain(token)
  })

  test.each([
    ['an unknown key', { authorization: `Bearer vb_${'x'.repeat(32)}` }],
    ['an endless key', { authorization: `Bearer vb_${'x'.repeat(2000)}` }],
    ['a JSON Web Token', { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x' }],
    ['a JSON Web Token in a cookie, which comes before a good key', { cookie: `token=eyJ; accesskey=${token}` }],
  ])('%s: 401 INVALID_CREDENTIALS', async (_name, headers) => {
    const { status, body } = await world.send('GET', path, { headers: headers as Record<string, string> })
    expect([status, (body['error'] as { reason: string }).reason]).toEqual([401, 'INVALID_CREDENTIALS'])
  })

  test('a token in the query is a credential, and a bad one is refused', async () => {
    expect((await world.send('GET', `${path}?token=abc`)).text).toContain('INVALID_CREDENTIALS')
  })

  test('keys of gone customers open nothing, of new ones everything', async () => {
    world.keys.push(
      { token: 'vb_initial', status: 'initial' },
      { token: 'vb_deleted', status: 'deleted' },
      { token: 'vb_expired', status: 'expired' },
    )
    expect((await withKey('vb_initial')).status).toBe(200)
    expect((await withKey('vb_deleted')).text).toContain('INVALID_CREDENTIALS')
    expect((await withKey('vb_expired')).text).toContain('INVALID_CREDENTIALS')
  })

  test('an answer is believed for ten seconds, and many requests at once ask once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => withKey()))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(lookups()).toBe(1)
    world.keys.length = 0
    await clock.advance(9000)
    expect((await withKey()).status).toBe(200)
    await clock.advance(1001)
    expect((await withKey()).status).toBe(401)
  })

  test('that a key is unknown is believed for ten seconds, too', async () => {
    world.keys.length = 0
    expect((await withKey()).status).toBe(401)
    expect((await withKey()).status).toBe(401)
    expect(lookups()).toBe(1)
    world.keys.push(aKey)
    await clock.advance(10_001)
    expect((await withKey()).status).toBe(200)
  })

  test('a key that expires within the ten seconds expires then', async () => {
    world.keys[0] = { ...aKey, tm_expire: new Date(clock.now() + 3000).toISOString().replace('Z', '000Z') }
    expect((await withKey()).status).toBe(200)
    await clock.advance(2999)
    expect((await withKey()).status).toBe(200)
    world.keys.length = 0
    await clock.advance(2)
    expect((await withKey()).status).toBe(401)
  })

  test.each(['accesskey_deleted', 'accesskey_updated'] as const)('%s drops it at once', async (type) => {
    expect((await withKey()).status).toBe(200)
    world.keys.length = 0
    await publishEvent(world.system.bus, customerContract, type, { ...accesskeyEvent, ...columns, id: ids.missing })
    expect((await withKey()).status).toBe(200)
    await publishEvent(world.system.bus, customerContract, type, { ...accesskeyEvent, ...columns })
    expect((await withKey()).status).toBe(401)
  })

  test('customer_deleted drops all keys of that customer at once', async () => {
    expect((await withKey()).status).toBe(200)
    world.keys.length = 0
    const customer = aCustomer({ id: ids.acme, status: 'deleted' })
    await publishEvent(world.system.bus, customerContract, 'customer_deleted', customer)
    expect((await withKey()).status).toBe(401)
  })

  test('a key that was tried before its customer was verified opens at once when it is', async () => {
    world.keys.length = 0
    expect((await withKey()).status).toBe(401)
    world.keys.push(aKey)
    expect((await withKey()).status).toBe(401)
    await publishEvent(world.system.bus, customerContract, 'customer_updated', aCustomer({ id: ids.acme }))
    expect((await withKey()).status).toBe(200)
  })

  test('a customer service that is away is 503, and is not remembered', async () => {
    const answer = world.answers['authenticateAccesskey']
    world.answers['authenticateAccesskey'] = () => {
      throw new TypeError('broken')
    }
    expect((await withKey()).status).toBe(500)
    if (answer) world.answers['authenticateAccesskey'] = answer
    expect((await withKey()).status).toBe(200)
  })

  test('an open operation looks at no credential, and its query may say "token"', async () => {
    expect((await world.send('GET', '/auth/confirm?token=0123456789', { headers: { cookie: 'token=bad' } })).text).toBe('<p>10</p>')
    expect(lookups()).toBe(0)
  })

  test('where a credential is optional, a bad one is refused all the same', async () => {
    expect((await world.send('GET', '/v1.0/greeting')).body).toEqual({ text: 'hello' })
    expect(world.calls.at(-1)).toMatchObject({ method: 'greet', actor: { kind: 'none', customer_id: '', permission: 0 } })
    expect((await world.send('GET', '/v1.0/greeting', { headers: { authorization: 'Bearer vb_bad' } })).status).toBe(401)
  })

  test('credentials in the query are no input', async () => {
    await world.send('GET', `${path}?accesskey=${token}`)
    expect(world.lastInput('listThings')).not.toHaveProperty('token')
  })
})
