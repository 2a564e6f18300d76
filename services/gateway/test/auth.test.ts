import { createHash } from 'node:crypto'
import { ServiceError } from '@voipbin/contracts/errors'
import { aCustomer, anAgent } from '@voipbin/test-kit'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../src/identity/caller.ts'
import { anAgent as agentCaller, callers, ids, startWorld, type World } from './world.ts'

const agent = anAgent({
  id: ids.agent,
  customer_id: ids.acme,
  permission: 32,
  tm_password: '2026-01-01T00:00:00.000000Z',
  password_hash: '$argon2id$x',
})
const link = 'a'.repeat(64)
const admin = { password: 'secret-word', username: 'Ann@Example.com' }
const superAdmin = agentCaller(1)
const reasonOf = (body: Record<string, unknown>) => (body['error'] as { reason: string } | undefined)?.reason

describe('/auth', () => {
  let world: World
  let status: ReturnType<typeof aCustomer>['status']
  beforeEach(async () => {
    status = 'active'
    const env = { VOIPBIN_RATE_LIMIT_AUTH_PUBLIC_RPS: '0', VOIPBIN_RATE_LIMIT_AUTH_PROTECTED_RPS: '0' }
    world = await startWorld({
      env,
      answers: {
        authenticateAgent: ({ username, password }) => {
          if (username === 'busy')
            throw new ServiceError('RESOURCE_EXHAUSTED', 'LOGIN_THROTTLED', 'Wait', { details: [{ retry_after_seconds: 41 }] })
          if (username !== agent.username || password !== admin.password)
            throw new ServiceError('UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'No')
          return agent
        },
        getAgent: () => agent,
        getCustomer: ({ id }) => {
          if (id === ids.missing) throw new ServiceError('NOT_FOUND', 'RESOURCE_NOT_FOUND', 'No such customer')
          return aCustomer({ id: String(id), status })
        },
        signUp: (input) => ({
          customer: aCustomer({ name: String(input['name']) }),
          accesskey: { token: 'vb_x', version: 1, id: ids.missing },
        }),
        verifyEmail: () => ({ customer: aCustomer() }),
        unregister: ({ customer_id }) => aCustomer({ id: String(customer_id), status: 'frozen', webhook_secret: 'whsec' }),
        recoverOwn: ({ customer_id }) => aCustomer({ id: String(customer_id) }),
      },
    })
  })
  afterEach(() => world.close())
  const post = (path: string, json: unknown, as?: Caller) => world.send('POST', path, { json, as })
  const asked = (method: string) => world.calls.filter((call) => call.method === method).length

  describe('login', () => {
    test('answers with a token that opens the API, and gives it to browsers as a cookie', async () => {
      const { status: code, body, headers } = await post('/auth/login', admin)
      expect([code, body['username']]).toEqual([200, 'ann@example.com'])
      const token = String(body['token'])
      expect(headers.get('set-cookie')).toBe(`token=${token}; Max-Age=604800; Path=/; Secure; HttpOnly; SameSite=Strict`)
      expect(headers.get('cache-control')).toBe('no-store')
      expect((await world.send('GET', '/v1.0/things', { headers: { cookie: `token=${token}` } })).status).toBe(200)
      expect(decodeJwt(token)['agent']).toMatchObject({ id: ids.agent, customer_id: ids.acme, username: agent.username, permission: 32 })
      expect(JSON.stringify(decodeJwt(token))).not.toMatch(/argon2|password_hash|version/)
      expect(world.lastInput('authenticateAgent')).toEqual({ username: 'Ann@Example.com', password: admin.password, source: '127.0.0.1' })
      expect(JSON.stringify(world.system.logs)).not.toMatch(new RegExp(`${admin.password}|${token}`))
    })

    test.each([[{ ...admin, password: 'wrong' }], [{ ...admin, username: 'nobody' }], [{ ...admin, username: '  ' }]])(
      'fails alike whatever is wrong: %#',
      async (json) => {
        const { status: code, body } = await post('/auth/login', json)
        const { request_id: _, ...error } = body['error'] as Record<string, unknown>
        expect([code, error]).toEqual([
          400,
          { status: 'INVALID_ARGUMENT', reason: 'LOGIN_FAILED', message: 'Cannot sign in: username or password is wrong' },
        ])
      },
    )

    test('of a customer that is not verified fails, of a frozen one does not', async () => {
      status = 'initial'
      expect(reasonOf((await post('/auth/login', admin)).body)).toBe('LOGIN_FAILED')
      status = 'frozen'
      expect((await post('/auth/login', admin)).status).toBe(200)
    })

    test('says how long to wait', async () => {
      const { status: code, headers, body } = await post('/auth/login', { ...admin, username: 'busy' })
      expect([code, headers.get('retry-after'), reasonOf(body)]).toEqual([429, '41', 'LOGIN_THROTTLED'])
    })

    test.each([[{}], [{ username: 'x' }], [{ username: '', password: '' }], [{ username: 1, password: 2 }]])(
      'needs both: %j',
      async (json) => {
        expect((await post('/auth/login', json)).status).toBe(400)
        expect(asked('authenticateAgent')).toBe(0)
      },
    )

    test('takes no notice of a bad cookie', async () => {
      expect((await world.send('POST', '/auth/login', { json: admin, headers: { cookie: 'token=old' } })).status).toBe(200)
    })
  })

  describe('signup', () => {
    const form = { email: 'New@Example.com', accepted_tos: true, name: 'New', terms_agreed_ip: '1.2.3.4' }
    test('shows the key, and notes the true address', async () => {
      const { status: code, body } = await post('/auth/signup', form)
      expect([code, body]).toMatchObject([200, { customer: { name: 'New' }, accesskey: { token: 'vb_x' } }])
      expect(JSON.stringify(body)).not.toContain('"version"')
      expect(world.lastInput('signUp')).toMatchObject({ email: 'new@example.com', accepted_tos: true, terms_agreed_ip: '127.0.0.1' })
    })
    test.each([{ email: 'a@b.example' }, { ...form, accepted_tos: false }, { ...form, email: 'x' }])('is refused: %j', async (json) => {
      expect((await post('/auth/signup', json)).status).toBe(400)
      expect(asked('signUp')).toBe(0)
    })
  })

  test('a mailed link is taken from everybody', async () => {
    expect((await post('/auth/email-verify', { token: link })).status).toBe(200)
    expect(world.lastInput('verifyEmail')).toEqual({ token: link })
  })

  describe.each(['/auth/password-reset', '/auth/email-verify'])('the page %s', (path) => {
    test('runs its own script and style only, and passes the token on to nobody else', async () => {
      const { status: code, headers, text } = await world.send('GET', `${path}?token=${link}`)
      expect([code, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
      const policy = headers.get('content-security-policy') ?? ''
      for (const tag of ['script', 'style']) {
        const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(text)?.[1] ?? ''
        expect(policy).toContain(`${tag}-src 'sha256-${createHash('sha256').update(content).digest('base64')}'`)
      }
      expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
      expect([headers.get('referrer-policy'), headers.get('cache-control')]).toEqual(['no-referrer', 'no-store'])
      expect(text).toContain(`data-action="${path}"`)
      expect(text).toContain(link)
      expect(text).not.toMatch(/(src|href)=/)
    })
    test.each(['', '?token=', `?token=${'g'.repeat(64)}`, `?token=${link}0`, '?token="><script>', `?token=${link}&token=${link}`])(
      'is not shown for %j',
      async (query) => {
        const { status: code, headers, text } = await world.send('GET', `${path}${query}`)
        expect([code, headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
        expect(text).toContain('Open it as it is in the mail')
        expect(text).not.toContain('<form')
      },
    )
  })

  describe('unregister', () => {
    const path = '/auth/unregister'
    test('takes a phrase or the own password, and shows no secret', async () => {
      const { status: code, text } = await post(path, { confirmation_phrase: 'DELETE' }, callers.accesskey)
      expect([code, text.includes('whsec')]).toEqual([200, false])
      expect(world.lastInput('unregister')).toEqual({ customer_id: ids.acme, immediate: false })
      expect((await post(path, { password: admin.password, immediate: true }, callers.admin)).status).toBe(200)
      expect(world.lastInput('unregister')).toEqual({ customer_id: ids.acme, immediate: true })
      expect(world.calls.findLast(({ method }) => method === 'unregister')?.actor).toMatchObject({ kind: 'agent', id: ids.agent })
    })
    test.each([
      [{}, callers.admin, 400],
      [{ confirmation_phrase: 'delete' }, callers.admin, 400],
      [{ confirmation_phrase: 'DELETE', password: 'x' }, callers.admin, 400],
      [{ password: 'wrong' }, callers.admin, 400],
      [{ password: admin.password }, callers.accesskey, 400],
      [{ confirmation_phrase: 'DELETE' }, undefined, 401],
      [{ confirmation_phrase: 'DELETE' }, callers.agent, 403],
      [{ confirmation_phrase: 'DELETE' }, callers.manager, 403],
      [{ confirmation_phrase: 'DELETE' }, callers.delegate, 403],
      [{ confirmation_phrase: 'DELETE' }, callers.visitor, 403],
    ])('is refused, and nothing is done: %j %#', async (json, as, code) => {
      expect((await post(path, json, as)).status).toBe(code)
      expect(asked('unregister')).toBe(0)
    })
    test('is taken back, also by who is frozen', async () => {
      const frozen = { ...callers.admin, customerStatus: 'frozen' as const }
      expect((await post(path, { confirmation_phrase: 'DELETE' }, frozen)).status).toBe(200)
      expect((await world.send('DELETE', path, { as: frozen })).status).toBe(200)
      expect(world.lastInput('recoverOwn')).toEqual({ customer_id: ids.acme })
      expect((await world.send('DELETE', path, { as: callers.manager })).status).toBe(403)
      expect((await world.send('DELETE', path)).status).toBe(401)
    })
  })

  describe('delegate', () => {
    const wish = { customer_id: ids.other, reason: 'Ticket 4711: cannot call out' }
    test('gives a superadmin a token of eight hours for that customer, and logs why', async () => {
      const { status: code, body } = await post('/auth/delegate', wish, superAdmin)
      expect([code, Object.keys(body)]).toEqual([200, ['token', 'customer_id', 'expire']])
      const { iat = 0, exp = 0, ...claims } = decodeJwt(String(body['token']))
      expect(exp - iat).toBe(8 * 3600)
      expect(claims).toMatchObject({ type: 'delegate', sub: ids.agent, aud: 'voipbin-api', customer_id: ids.other, expire: body['expire'] })
      const line = { message: 'delegate sent', customer_id: ids.other, agent_id: ids.agent, reason: wish.reason, token_id: claims['jti'] }
      expect(world.system.logs).toContainEqual(expect.objectContaining(line))
    })
    test.each([
      [wish, undefined, 401],
      [wish, callers.admin, 403],
      [wish, callers.accesskey, 403],
      [wish, { ...superAdmin, actor: { ...superAdmin.actor, kind: 'delegate' as const } }, 403],
      [{ ...wish, customer_id: ids.missing }, superAdmin, 404],
      [{ ...wish, reason: 'too short' }, superAdmin, 422],
      [{ ...wish, reason: 'x'.repeat(201) }, superAdmin, 422],
      [{ ...wish, reason: 'a line\nand another' }, superAdmin, 422],
      [{ reason: wish.reason }, superAdmin, 422],
      [{ ...wish, customer_id: 'x' }, superAdmin, 422],
    ])('is refused: %j %#', async (json, as, code) => {
      expect((await post('/auth/delegate', json, as)).status).toBe(code)
    })
  })
})
