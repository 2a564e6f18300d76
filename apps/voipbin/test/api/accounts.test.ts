import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { WRONG, work } from './argon2-work.ts'
import { type Answered, type RunningPlatform, type Sent, startEverything } from './running-platform.ts'
import { insist, logIn, logInSuperAdmin, makeMember, makeTenant, reasonOf, type Tenant } from './tenants.ts'

vi.mock('@node-rs/argon2', async () => (await import('./argon2-work.ts')).countedArgon2())

const ONE_VERIFICATION = ['$argon2id$v=19$m=19456,t=2,p=1']
const MINUTE_MS = 60_000
/** What a process reads whoever asks for what. */
const inBackground = /_(jobs|outbox|inbox|operations|deliveries|settings) /

/** Told by a trusted proxy. */
const from = (address: string): Sent => ({ headers: { 'cf-connecting-ip': address } })

describe('who has an account', () => {
  let platform: RunningPlatform
  let tenant: Tenant
  let gone: string
  let invited: string
  beforeAll(async () => {
    platform = await startEverything({ env: { VOIPBIN_TRUSTED_PROXIES: '127.0.0.1' } })
    const superAdmin = await logInSuperAdmin(platform)
    tenant = await makeTenant(platform, superAdmin)
    gone = `gone@${tenant.name}.example.com`
    const { id } = await makeMember(platform, tenant.delegate, gone, 32)
    await insist(platform, 'DELETE', `/v1.0/agents/${id}`, { bearer: tenant.delegate })
    invited = 'invited@example.com'
    await insist(platform, 'POST', '/v1.0/customers', { bearer: superAdmin, json: { name: 'Invited', email: invited } })
    await platform.mails()
  }, 60_000)
  afterAll(() => platform.close())
  beforeEach(() => {
    work.verified.length = 0
    work.hashes = 0
  })

  /** What of a request a stranger could tell accounts by: answer, services asked, rows read, passwords verified and hashed. */
  async function observe(path: string, json: object) {
    await platform.settle()
    const [requests, statements] = [platform.requests.length, platform.statements.length]
    const [verified, hashes] = [work.verified.length, work.hashes]
    const answer = await platform.send('POST', path, { json })
    const did = { requests: platform.requests.slice(requests), verified: work.verified.slice(verified), hashes: work.hashes - hashes }
    const read = platform.statements.slice(statements).filter((text) => !inBackground.test(text))
    return { answer: comparable(answer), did, read, raw: answer }
  }

  test('is not told by a login: one answer, the same services, rows and hashes, whatever is wrong', async () => {
    const unknown = await observe('/auth/login', { username: 'nobody@example.com', password: WRONG })
    expect([unknown.raw.status, reasonOf(unknown.raw)]).toEqual([400, 'LOGIN_FAILED'])
    expect(unknown.did.verified).toEqual(ONE_VERIFICATION)
    expect(unknown.read.length).toBeGreaterThan(0)
    const attempts: Record<string, object> = {
      'a wrong password': { username: tenant.admin.username, password: WRONG },
      'somebody who is deleted, with the password': { username: gone, password: `password of ${gone}` },
      'somebody who has no password yet': { username: invited, password: WRONG },
      'another’s password': { username: tenant.admin.username, password: tenant.agent.password },
    }
    for (const [what, attempt] of Object.entries(attempts)) {
      const { answer, did, read } = await observe('/auth/login', attempt)
      expect({ answer, did, read }, what).toEqual({ answer: unknown.answer, did: unknown.did, read: unknown.read })
    }
  })

  test('is not told by a forgotten password, but by mail to who has it', async () => {
    const before = (await platform.mails()).length
    const unknown = await observe('/auth/password-forgot', { username: 'nobody@example.com' })
    expect(unknown.raw.status).toBe(200)
    for (const username of [tenant.admin.username, gone, invited, 'no address']) {
      const known = await observe('/auth/password-forgot', { username })
      expect([known.answer, known.did], username).toEqual([unknown.answer, unknown.did])
    }
    const mails = (await platform.mails()).slice(before)
    expect(mails.map(({ to }) => to).sort()).toEqual([invited, tenant.admin.username].sort())
  })

  test('is not told by a sign-up, but by mail', async () => {
    const form = (email: string) => ({ email, accepted_tos: true, name: 'Same' })
    const before = (await platform.mails()).length
    const email = 'twice@example.com'
    const first = await observe('/auth/signup', form(email))
    const link = (await platform.mails()).at(-1)?.token
    await insist(platform, 'POST', '/auth/email-verify', { json: { token: link } })
    const again = await observe('/auth/signup', form(email))
    const stranger = await observe('/auth/signup', form('third@example.com'))
    for (const other of [again, stranger]) {
      expect(shapeOf(other.raw)).toEqual(shapeOf(first.raw))
      expect(other.did).toEqual(first.did)
    }
    const mails = (await platform.mails()).slice(before).map(({ to, subject }) => `${to} ${subject}`)
    expect(mails).toContain(`${email} You already have an account`)
  })

  test('is not told by links that open nothing, nor by hashes that open nothing', async () => {
    const { direct_hash } = await insist<{ direct_hash: string }>(platform, 'GET', `/v1.0/agents/${tenant.agent.id}`, {
      bearer: tenant.key,
    })
    await platform.send('POST', '/auth/password-forgot', { json: { username: tenant.manager.username } })
    const used = (await platform.mails()).at(-1)?.token ?? ''
    const password = 'a password set by a link'
    await insist(platform, 'POST', '/auth/password-reset', { json: { token: used, password } })
    const pairs: readonly (readonly [string, object, object])[] = [
      ['/auth/password-reset', { token: 'f'.repeat(64), password }, { token: used, password }],
      ['/auth/email-verify', { token: 'f'.repeat(64) }, { token: used }],
      ['/auth/boot', { direct_hash: 'direct.000000000000' }, { direct_hash }],
    ]
    for (const [path, unknown, known] of pairs) {
      const [one, other] = [await observe(path, unknown), await observe(path, known)]
      expect(one.raw.status, path).toBe(400)
      expect([other.answer, other.did, other.read], path).toEqual([one.answer, one.did, one.read])
      expect(one.did.hashes).toBe(0)
    }
  })
})

describe('guessing a password', () => {
  let platform: RunningPlatform
  let tenant: Tenant
  beforeAll(async () => {
    platform = await startEverything({ env: { VOIPBIN_TRUSTED_PROXIES: '127.0.0.1' } })
    tenant = await makeTenant(platform, await logInSuperAdmin(platform))
  }, 60_000)
  afterAll(() => platform.close())
  beforeEach(() => platform.clock.jump(61 * MINUTE_MS))

  const tryLogin = (username: string, password: string, address: string) =>
    platform.send('POST', '/auth/login', { ...from(address), json: { username, password } })
  const outcomeOf = async (answer: Promise<Answered>) => {
    const got = await answer
    return got.status === 200 ? 200 : `${got.status} ${reasonOf(got)}`
  }
  const guess = async (times: number, username: string, addressOf: (n: number) => string) => {
    const outcomes = await Promise.all(Array.from({ length: times }, (_, n) => outcomeOf(tryLogin(username, WRONG, addressOf(n)))))
    return new Set(outcomes)
  }
  const failed = '400 LOGIN_FAILED'
  const throttled = '429 LOGIN_THROTTLED'

  test('ends after ten tries from one network, for it and for nobody else', async () => {
    const { username, password } = tenant.admin
    expect(await guess(10, username, () => '203.0.113.1')).toEqual(new Set([failed]))
    const refused = await tryLogin(username, password, '203.0.113.1')
    expect([refused.status, reasonOf(refused), refused.headers.get('retry-after')]).toEqual([429, 'LOGIN_THROTTLED', '900'])
    expect(await outcomeOf(tryLogin(username, password, '198.51.100.1'))).toBe(200)
    expect(await outcomeOf(tryLogin(tenant.agent.username, tenant.agent.password, '203.0.113.1'))).toBe(200)
    await platform.clock.jump(15 * MINUTE_MS)
    expect(await outcomeOf(tryLogin(username, password, '203.0.113.1'))).toBe(200)
  })

  test('tells of no account: a name that nobody has is throttled as one that somebody has', async () => {
    expect(await guess(10, 'nobody@example.com', () => '203.0.113.2')).toEqual(new Set([failed]))
    const [nobody, somebody] = ['nobody@example.com', tenant.manager.username]
    await guess(10, somebody, () => '203.0.113.2')
    const answers = await Promise.all([nobody, somebody].map((username) => tryLogin(username, WRONG, '203.0.113.2')))
    expect(answers.map(reasonOf)).toEqual(['LOGIN_THROTTLED', 'LOGIN_THROTTLED'])
    expect(comparable(answers[0] as Answered)).toBe(comparable(answers[1] as Answered))
  })

  test('of many names ends for the network that tries them, after a hundred', async () => {
    const address = '203.0.113.3'
    for (let n = 0; n < 100; n++) expect(await outcomeOf(tryLogin(`name${n}@example.com`, WRONG, address))).toBe(failed)
    const { username, password } = tenant.nobody
    expect(await outcomeOf(tryLogin(username, password, address))).toBe(throttled)
    expect(await outcomeOf(tryLogin(username, password, '198.51.100.3'))).toBe(200)
  })

  test('from everywhere at once slows strangers down, and keeps the owner out nowhere that they have been', async () => {
    const { username, password } = tenant.manager
    const current = password
    expect(await outcomeOf(tryLogin(username, current, '198.51.100.7'))).toBe(200)
    await guess(100, username, (n) => `192.0.2.${n}`)
    const strangers = await guess(20, username, (n) => `198.18.0.${n}`)
    expect(strangers).toEqual(new Set([failed, throttled]))
    expect(await outcomeOf(tryLogin(username, current, '198.51.100.7'))).toBe(200)
    await platform.clock.jump(5000)
    expect(await outcomeOf(tryLogin(username, current, '198.51.100.8')), 'from a new place, a few seconds later').toBe(200)
  })

  test('is no easier where a token asks for the password', async () => {
    const token = await logIn(platform, tenant.admin.username, tenant.admin.password)
    const ask = () => platform.send('POST', '/auth/unregister', { ...from('203.0.113.9'), bearer: token, json: { password: WRONG } })
    for (let n = 0; n < 10; n++) expect(await outcomeOf(ask())).toBe('400 WRONG_PASSWORD')
    expect(await outcomeOf(ask())).toBe(throttled)
  })
})

describe('asking at all', () => {
  test('is limited by address where people sign in, and only by their own', async () => {
    const platform = await startEverything({
      env: { VOIPBIN_TRUSTED_PROXIES: '127.0.0.1', VOIPBIN_RATE_LIMIT_AUTH_PUBLIC_RPS: '10', VOIPBIN_RATE_LIMIT_AUTH_PUBLIC_BURST: '20' },
    })
    const ask = (path: string, json: object, address = '203.0.113.1') => platform.send('POST', path, { ...from(address), json })
    for (let n = 0; n < 20; n++) expect((await ask('/auth/boot', { direct_hash: `direct.${n}` })).status).toBe(400)
    const refused = await ask('/auth/login', { username: 'x', password: 'x' })
    expect([refused.status, refused.body['error']]).toMatchObject([429, { reason: 'RATE_LIMIT_EXCEEDED', details: [{ limited_by: 'ip' }] }])
    for (const path of ['/auth/signup', '/auth/password-forgot', '/auth/password-reset', '/auth/email-verify']) {
      expect((await ask(path, {})).status, path).toBe(429)
      expect((await ask(path, {}, '203.0.113.2')).status, path).toBe(400)
    }
    await platform.close()
  }, 30_000)
})

/** All of an answer but its request id. */
function comparable({ status, headers, text }: Answered): string {
  const others = [...headers].filter(([name]) => name !== 'date').sort()
  return `${status} ${JSON.stringify(others)} ${text}`.replaceAll(headers.get('x-request-id') ?? '', 'REQUEST')
}

/** An answer with every text that is made up replaced by its form. */
function shapeOf({ status, headers, text }: Answered): string {
  const forms: readonly (readonly [RegExp, string])[] = [
    [/req_[a-z2-7]{26}/g, 'REQUEST'],
    [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID'],
    [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'],
    [/vb_[\w-]{32}/g, 'TOKEN'],
    [/vb_[\w-]{8}/g, 'PREFIX'],
    [/\w+@example\.com/g, 'EMAIL'],
  ]
  const names = [...headers].map(([name]) => name).sort()
  return `${status} ${names.join()} ${forms.reduce((shape, [form, word]) => shape.replaceAll(form, word), text)}`
}
