import type { Customer } from '@voipbin/contracts/customer'
import { gatewayContract } from '@voipbin/contracts/gateway'
import { expect, test } from 'vitest'
import { everywhere, type HttpRequest, json, reasonOf, send, untilEverywhere } from '../http.ts'
import { insist } from '../operate.ts'
import { claimsOf, delegateTo, mailedToken, mailsTo, postAuth, postSignUp, signIn, signUp, tryToSignIn } from '../people.ts'
import { type Scene, until } from '../scene.ts'
import type { World } from '../world.ts'

/** How soon every gateway knows. */
export const HEARD_WITHIN_MS = 1000
const ME: HttpRequest = { method: 'GET', path: '/v1.0/me' }
const CUSTOMER: HttpRequest = { method: 'GET', path: '/v1.0/customer' }

/** From a form that a stranger fills in to a token, and what ends it. */
export function signInStories(scene: Scene): void {
  signUpStories(scene)
  passwordStories(scene)
  credentialStories(scene)
  leavingStories(scene)
}

function signUpStories(scene: Scene): void {
  test('a sign-up opens nothing before its mail is answered, and then the own customer, through every gateway', async () => {
    const { world } = scene
    const email = `${crypto.randomUUID()}@example.com`
    const { customer, accesskey } = await postSignUp(world, email)
    expect(customer.status).toBe('initial')
    const key = { ...CUSTOMER, accessKey: accesskey.token }
    expect(await statuses(world, key)).toEqual(allOf(world, 401))

    const token = await mailedToken(world, email, 'Confirm your e-mail address')
    const page = await send(world, { method: 'GET', path: `/auth/email-verify?token=${token}`, accessKey: '' })
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await postAuth(world, 'email-verify', { token })).toMatchObject({ customer: { id: customer.id, status: 'active' } })
    expect(await untilEverywhere(world, 200, key)).toBeLessThan(HEARD_WITHIN_MS)
    const again = await send(world, { method: 'POST', path: '/auth/email-verify', body: { token }, accessKey: '' })
    expect([again.status, reasonOf(again)]).toEqual([400, 'INVALID_TOKEN'])

    await postAuth(world, 'password-reset', { token: await mailedToken(world, email, 'Set your password'), password: 'correct horse' })
    const jwt = await signIn(world, email, 'correct horse')
    expect(claimsOf(jwt)).toMatchObject({ type: 'agent', agent: { username: email, customer_id: customer.id } })
    for (const answer of await everywhere(world, { ...ME, accessKey: jwt }))
      expect(JSON.parse(answer.text)).toMatchObject({ username: email })
    for (const answer of await everywhere(world, { ...CUSTOMER, accessKey: jwt }))
      expect(JSON.parse(answer.text)).toMatchObject({ id: customer.id, email, status: 'active' })
  })

  test('a second sign-up with the same address is answered alike, opens nothing, and is told by mail', async () => {
    const { world } = scene
    const { email } = await signUp(world)
    const first = await postSignUp(world, `${crypto.randomUUID()}@example.com`)
    const second = await postSignUp(world, email)
    expect(Object.keys(second.customer).sort()).toEqual(Object.keys(first.customer).sort())
    await until(async () => (await mailsTo(world, email)).some(({ subject }) => subject === 'You already have an account'), 'the mail')
    expect(await statuses(world, { ...CUSTOMER, accessKey: second.accesskey.token })).toEqual(allOf(world, 401))
  })
}

function passwordStories(scene: Scene): void {
  test('wrong passwords: after ten no more from there, through whichever gateway; the owner signs in from elsewhere', async () => {
    const { world } = scene
    const { email, password } = await signUp(world)
    const from = '203.0.113.66'
    for (let n = 0; n < 10; n++) {
      const wrong = await tryToSignIn(world, email, `wrong ${n}`, from)
      expect([n, wrong.status, reasonOf(wrong)]).toEqual([n, 400, 'LOGIN_FAILED'])
    }
    const throttled = await tryToSignIn(world, email, password, from)
    expect([throttled.status, reasonOf(throttled)]).toEqual([429, 'LOGIN_THROTTLED'])
    expect(await tryToSignIn(world, email, password, '203.0.114.7')).toMatchObject({ status: 200 })
  })

  test('a forgotten password: a link by mail, once; what was signed in before is over', async () => {
    const { world } = scene
    const { email, password, token } = await signUp(world)
    expect(await statuses(world, { ...ME, accessKey: token })).toEqual(allOf(world, 200))
    expect(await postAuth(world, 'password-forgot', { username: email })).toEqual({})
    expect(await postAuth(world, 'password-forgot', { username: `nobody-${email}` })).toEqual({})
    const link = { token: await mailedToken(world, email, 'A new password'), password: 'battery staple' }
    await postAuth(world, 'password-reset', link)
    expect(await untilEverywhere(world, 401, { ...ME, accessKey: token })).toBeLessThan(HEARD_WITHIN_MS)
    expect(await tryToSignIn(world, email, password)).toMatchObject({ status: 400 })
    const fresh = await signIn(world, email, link.password)
    expect(await statuses(world, { ...ME, accessKey: fresh })).toEqual(allOf(world, 200))
    const again = await send(world, { method: 'POST', path: '/auth/password-reset', body: link, accessKey: '' })
    expect([again.status, reasonOf(again)]).toEqual([400, 'INVALID_TOKEN'])
    expect(await mailsTo(world, `nobody-${email}`)).toEqual([])
  })
}

function credentialStories(scene: Scene): void {
  test('an access key opens by query, cookie and header until it is revoked, and is shown once', async () => {
    const { world } = scene
    const { token } = await signUp(world)
    const as = { accessKey: token }
    const made = await json<{ id: string; token: string }>(world, {
      ...{ method: 'POST', path: '/v1.0/accesskeys', body: { name: 'ci', detail: '', expire: 600 }, ...as },
    })
    const uses: HttpRequest[] = [
      { ...CUSTOMER, path: `${CUSTOMER.path}?accesskey=${made.token}`, accessKey: '' },
      { ...CUSTOMER, headers: { cookie: `accesskey=${made.token}` }, accessKey: '' },
      { ...CUSTOMER, accessKey: made.token },
    ]
    for (const use of uses) expect(await statuses(world, use)).toEqual(allOf(world, 200))
    expect((await send(world, { method: 'GET', path: '/v1.0/accesskeys', ...as })).text).not.toContain(made.token)
    await json(world, { method: 'DELETE', path: `/v1.0/accesskeys/${made.id}`, ...as })
    expect(await untilEverywhere(world, 401, ...uses)).toBeLessThan(HEARD_WITHIN_MS)
  })

  test('a delegate acts as an admin of one customer and nothing more', async () => {
    const { world } = scene
    const { customer_id, accessKey } = await signUp(world)
    const wish = { method: 'POST', path: '/auth/delegate', body: { customer_id, reason: 'ticket 4711, wrong numbers' } }
    expect(await send(world, { ...wish, accessKey })).toMatchObject({ status: 403 })
    const token = await delegateTo(world, customer_id)
    for (const answer of await everywhere(world, { ...CUSTOMER, accessKey: token }))
      expect(JSON.parse(answer.text)).toMatchObject({ id: customer_id })
    for (const request of [wish, { method: 'GET', path: '/v1.0/customers' }, ME])
      expect(await statuses(world, { ...request, accessKey: token })).toEqual(allOf(world, 403))
  })

  test('signing keys rotate while tokens live; dropped keys end them', async () => {
    const { world } = scene
    const person = await signUp(world)
    await insist(world, gatewayContract, 'rotateSigningKey', { drop_old: false })
    const second = await signIn(world, person.email, person.password)
    expect(keyOf(second)).not.toBe(keyOf(person.token))
    for (const accessKey of [person.token, second]) expect(await statuses(world, { ...ME, accessKey })).toEqual(allOf(world, 200))
    await insist(world, gatewayContract, 'rotateSigningKey', { drop_old: true })
    const worthless = [person.token, second].map((accessKey) => ({ ...ME, accessKey }))
    expect(await untilEverywhere(world, 401, ...worthless)).toBeLessThan(HEARD_WITHIN_MS)
    const third = await signIn(world, person.email, person.password)
    expect(await statuses(world, { ...ME, accessKey: third })).toEqual(allOf(world, 200))
  })
}

function leavingStories(scene: Scene): void {
  test('a customer who unregisters is frozen, may come back, and is gone at once if they say so', async () => {
    const { world } = scene
    const { password, token, accessKey, customer_id, email } = await signUp(world)
    const credentials = [token, accessKey]
    const unregister = (body: object): HttpRequest => ({ method: 'POST', path: '/auth/unregister', body, accessKey: token })
    expect(await send(world, unregister({ password: 'not mine' }))).toMatchObject({ status: 400 })
    expect(await json<Customer>(world, unregister({ password }))).toMatchObject({ id: customer_id, status: 'frozen' })
    const uses = credentials.map((each) => ({ ...CUSTOMER, accessKey: each }))
    expect(await untilEverywhere(world, 403, ...uses)).toBeLessThan(HEARD_WITHIN_MS)
    for (const use of uses) expect((await everywhere(world, use)).map(reasonOf)).toEqual(allOf(world, 'ACCOUNT_FROZEN'))

    const recover = { method: 'DELETE', path: '/auth/unregister', accessKey: token }
    expect(await json<Customer>(world, recover)).toMatchObject({ status: 'active', tm_deletion_scheduled: null })
    expect(await untilEverywhere(world, 200, ...uses)).toBeLessThan(HEARD_WITHIN_MS)

    const byKey = { ...unregister({ confirmation_phrase: 'DELETE', immediate: true }), accessKey }
    expect(await json<Customer>(world, byKey)).toMatchObject({ status: 'deleted' })
    expect(await untilEverywhere(world, 401, ...uses)).toBeLessThan(HEARD_WITHIN_MS)
    expect(await tryToSignIn(world, email, password)).toMatchObject({ status: 400 })
  })
}

const statuses = async (world: World, request: HttpRequest) => (await everywhere(world, request)).map(({ status }) => status)
const allOf = <T>(world: World, value: T): T[] => world.of('gateway').map(() => value)
const keyOf = (token: string) => (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid
