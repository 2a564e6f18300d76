import { agentContract } from '@voipbin/contracts/agent'
import { permissions } from '@voipbin/contracts/permission'
import { recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type AgentSystem, customer_id, someAgent, startAgents } from './agent-system.ts'

/** The work of signing in, counted instead of timed: verifications by what they were made of, and hashes. */
const work = vi.hoisted(() => ({ verified: [] as string[], hashes: 0 }))
vi.mock('@node-rs/argon2', async (original) => {
  const real = await original<typeof import('@node-rs/argon2')>()
  return {
    ...real,
    hash: (password: string, options: object) => {
      work.hashes++
      return real.hash(password, options)
    },
    verify: async (hash: string, password: string) => {
      work.verified.push(hash.split('$').slice(0, 4).join('$'))
      // Hundreds of these are counted, and each would take what it takes.
      return password === WRONG ? false : real.verify(hash, password)
    },
  }
})

const WRONG = 'wrong'
const MINUTE_MS = 60_000
const username = 'ann@example.com'
const password = 'correct horse'
const refused = { status: 'UNAUTHENTICATED', reason: 'INVALID_CREDENTIALS', message: 'Cannot sign in: wrong username or password' }
const throttled = { status: 'RESOURCE_EXHAUSTED', reason: 'LOGIN_THROTTLED' }

describe('sign-in', () => {
  let it: AgentSystem
  let ann: { id: string }
  const signIn = (fields: Partial<{ username: string; password: string; source: string }> = {}) =>
    it.agent.authenticateAgent({ username, password, source: '192.0.2.1', ...fields })
  const fail = async (times: number, fields: Partial<{ username: string; source: string }> = {}) => {
    for (let n = 0; n < times; n++) await expect(signIn({ password: WRONG, ...fields })).rejects.toMatchObject(refused)
  }

  beforeEach(async () => {
    it = await startAgents()
    ann = await it.agent.createAgent(someAgent({ username, password }))
    work.verified.length = 0
  })
  afterEach(() => it.close())

  test('answers the agent, whatever the case of the name, and never a hash', async () => {
    const agent = await signIn({ username: ' ANN@example.com' })
    expect(agent).toMatchObject({ id: ann.id, customer_id, permission: permissions.customerAgent })
    expect(agent).not.toHaveProperty('password_hash')
  })

  test('is refused alike, after the same work, whatever is wrong', async () => {
    await it.agent.createAgent(someAgent({ username: 'gone', password }))
    const [gone] = (await it.agent.listAgents({ customer_id })).result
    await it.agent.deleteAgent({ id: gone?.id ?? '' })
    const attempts = {
      wrong: { password: WRONG },
      unknown: { username: 'nobody' },
      deleted: { username: 'gone' },
      empty: { password: '' },
    }
    for (const attempt of Object.values(attempts)) {
      work.verified.length = 0
      await expect(signIn(attempt)).rejects.toMatchObject(refused)
      expect(work.verified).toEqual(['$argon2id$v=19$m=19456,t=2,p=1'])
    }
    work.verified.length = 0
    await signIn()
    expect(work.verified).toEqual(['$argon2id$v=19$m=19456,t=2,p=1'])
  })

  test('an agent who never had a password cannot sign in, with none', async () => {
    await it.database.engine.inTransaction(async (connection) => {
      await connection.run(`update agent_agents set password_hash = '' where username = ?`, [username])
    })
    await fail(1, { username })
    await expect(signIn({ password: '' })).rejects.toMatchObject(refused)
    expect(work.verified).toHaveLength(2)
  })

  describe('guessing', () => {
    test('ten tries from one network, then none, not even the right one, for a quarter of an hour', async () => {
      await fail(10)
      work.verified.length = 0
      await expect(signIn()).rejects.toMatchObject({ ...throttled, details: [{ limited_by: 'account', retry_after_seconds: 900 }] })
      expect(work.verified).toEqual([])
      await expect(signIn({ source: '192.0.2.2' })).resolves.toBeDefined()
      await it.clock.advance(15 * MINUTE_MS)
      await expect(signIn()).resolves.toBeDefined()
    })

    test('tries at one time do not pass together', async () => {
      const tries = await Promise.allSettled(Array.from({ length: 30 }, () => signIn({ password: WRONG })))
      expect(work.verified).toHaveLength(10)
      const reasons = tries.map((one) => (one.status === 'rejected' ? (one.reason as { reason: string }).reason : 'fulfilled'))
      expect(reasons.filter((reason) => reason === 'LOGIN_THROTTLED')).toHaveLength(20)
    })

    test('who signs in begins anew', async () => {
      for (let round = 0; round < 3; round++) {
        await fail(9)
        await signIn()
      }
    })

    test('a name that nobody has is throttled like one that somebody has', async () => {
      await fail(10, { username: 'nobody' })
      await expect(signIn({ username: 'nobody' })).rejects.toMatchObject(throttled)
    })

    test('a neighbour in an IPv6 network is the same guesser', async () => {
      for (let n = 0; n < 10; n++) await fail(1, { source: `2001:db8::${n}` })
      await expect(signIn({ source: '2001:db8::ffff' })).rejects.toMatchObject(throttled)
      await expect(signIn({ source: '2001:db8:0:1::1' })).resolves.toBeDefined()
    })

    test('a hundred failures from one network over many names stop that network, and no other', async () => {
      for (let n = 0; n < 100; n++) await fail(1, { username: `name${n}` })
      await expect(signIn()).rejects.toMatchObject({ ...throttled, details: [{ limited_by: 'source', retry_after_seconds: 900 }] })
      await expect(signIn({ source: '192.0.2.2' })).resolves.toBeDefined()
    })

    test('a hundred failures from everywhere slow strangers down, and not the owner', async () => {
      await signIn({ source: '198.51.100.1' })
      for (let n = 0; n < 100; n++) await fail(1, { source: `203.0.113.${n}` })
      const strangers = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => signIn({ source: `198.18.0.${n}`, password: WRONG })))
      const slowed = strangers.flatMap((one) => (one.status === 'rejected' && one.reason.reason === 'LOGIN_THROTTLED' ? [one.reason] : []))
      expect(slowed).toHaveLength(17)
      expect(slowed[0].details).toEqual([{ limited_by: 'account', retry_after_seconds: expect.any(Number) }])
      expect(slowed[0].details[0].retry_after_seconds).toBeLessThanOrEqual(5)
      await expect(signIn({ source: '198.51.100.1' })).resolves.toBeDefined()
      await it.clock.advance(5000)
      await expect(signIn({ source: '198.51.100.99' })).resolves.toBeDefined()
    }, 30_000)

    test('without the cache people still sign in', async () => {
      await it.system.cache.close()
      await expect(signIn()).resolves.toBeDefined()
      await fail(1)
    })
  })

  describe('a forgotten password', () => {
    test('is set by a link that opens once, and what was signed in with the old one is over', async () => {
      const before = await it.agent.getAgent({ id: ann.id })
      expect(await it.agent.forgotPassword({ username: 'Ann@Example.com' })).toEqual({})
      const [mail] = await it.mails()
      expect(mail).toMatchObject({ to: username, subject: 'A new password' })
      expect(mail?.message).toContain('http://127.0.0.1:8080/auth/password-reset?token=')
      const token = mail?.token ?? ''
      await expect(it.agent.resetPassword({ token, password: 'short' })).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' })
      const both = await Promise.allSettled(
        ['new password 1', 'new password 2'].map((text) => it.agent.resetPassword({ token, password: text })),
      )
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await expect(signIn()).rejects.toMatchObject(refused)
      const won = both[0]?.status === 'fulfilled' ? 'new password 1' : 'new password 2'
      const agent = await signIn({ password: won })
      expect(agent.tm_password ?? '').not.toBe('')
      expect((agent.tm_password ?? '') > (before.tm_password ?? '')).toBe(true)
      await expect(it.agent.resetPassword({ token, password: 'and once more' })).rejects.toMatchObject({ reason: 'INVALID_TOKEN' })
    })

    test('a link that opens nothing costs no hash', async () => {
      const { hashes } = work
      for (const token of ['', 'x', 'a'.repeat(64)]) {
        await expect(it.agent.resetPassword({ token, password: 'long enough' })).rejects.toMatchObject({ reason: 'INVALID_TOKEN' })
      }
      expect(work.hashes).toBe(hashes)
    })

    test('nobody is told who has an account: one answer, the same rows, no mail to strangers', async () => {
      const jobs = async (name: string) => {
        const answer = await it.agent.forgotPassword({ username: name })
        const rows = JSON.parse(await it.rows('jobs')) as object[]
        return { answer, kinds: rows.map((row) => ('kind' in row ? row.kind : '')) }
      }
      const known = await jobs(username)
      await it.mails()
      expect(await jobs('nobody@example.com')).toEqual(known)
      expect((await it.mails()).map(({ to }) => to)).toEqual([username])
    })

    test('an hour brings five mails, however many ask, and an hour later there are new ones', async () => {
      for (let n = 0; n < 8; n++) {
        await it.agent.forgotPassword({ username })
        await it.mails()
      }
      expect(await it.mails()).toHaveLength(5)
    })

    test('links die when the password is set in another way', async () => {
      await it.agent.forgotPassword({ username })
      const [mail] = await it.mails()
      await it.agent.updateAgentPassword({ id: ann.id, password: 'set by hand' })
      await expect(it.agent.resetPassword({ token: mail?.token ?? '', password: 'set by link' })).rejects.toMatchObject({
        reason: 'INVALID_TOKEN',
      })
      await expect(signIn({ password: 'set by hand' })).resolves.toBeDefined()
    })
  })

  describe('the first start', () => {
    const seed = (fields: object = {}) => it.agent.seedAdmin({ customer_id, username: 'admin@localhost', ...fields })

    test('makes one administrator of the project, who can sign in, unless there is an agent', async () => {
      expect(await seed()).toEqual({ username: '', password: '', created: false })
      await it.agent.deleteAgent({ id: ann.id })
      const seeded = await Promise.all([seed(), seed(), seed()])
      const [made, ...others] = seeded.filter(({ created }) => created)
      expect(others).toEqual([])
      expect(made?.password).toMatch(/^[A-Za-z0-9_-]{20}$/)
      const admin = await signIn({ username: 'admin@localhost', password: made?.password ?? '' })
      expect(admin).toMatchObject({ permission: permissions.all, customer_id })
    })

    test('takes a preset password, and an operator replaces a lost one', async () => {
      await it.agent.deleteAgent({ id: ann.id })
      await expect(seed({ password: 'short' })).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' })
      expect(await seed({ password: 'preset password' })).toMatchObject({ password: 'preset password', created: true })
      const replaced = await it.agent.replacePassword({ username: 'admin@localhost' })
      await expect(signIn({ username: 'admin@localhost', password: 'preset password' })).rejects.toMatchObject(refused)
      await expect(signIn({ username: 'admin@localhost', password: replaced.password })).resolves.toBeDefined()
      await expect(it.agent.replacePassword({ username: 'nobody' })).rejects.toMatchObject({ status: 'NOT_FOUND' })
    })
  })

  test('no password, link or hash is in an event or a log line, no password or link in the database', async () => {
    const log = await recordEvents(it.system.bus, [agentContract])
    const secrets = ['a password of mine', 'another password', 'a guess of yours', 'a third password']
    const { id } = await it.agent.createAgent(someAgent({ username: 'eve@example.com', password: secrets[0] ?? '' }))
    await it.agent.updateAgentPassword({ id, password: secrets[1] ?? '' })
    await signIn({ username: 'eve@example.com', password: secrets[2] ?? '' }).catch(() => undefined)
    await it.agent.forgotPassword({ username: 'eve@example.com' })
    const token = (await it.mails()).at(-1)?.token ?? 'none'
    await it.agent.resetPassword({ token: 'f'.repeat(64), password: secrets[3] ?? '' }).catch(() => undefined)
    await it.agent.resetPassword({ token, password: secrets[3] ?? '' })
    const { password: made } = await it.agent.replacePassword({ username: 'eve@example.com' })
    await it.clock.advance(2000)
    const told = JSON.stringify([log.events, it.system.logs])
    const tables = ['agents', 'password_tokens', 'jobs', 'operations', 'outbox']
    const stored = (await Promise.all(tables.map((table) => it.rows(table)))).join()
    for (const secret of [...secrets, token, made]) {
      expect(secret.length).toBeGreaterThan(10)
      expect(told).not.toContain(secret)
      expect(stored).not.toContain(secret)
    }
    expect(log.events.length).toBeGreaterThan(3)
    expect(told).not.toContain('argon2')
    expect(stored).toContain('$argon2id$')
  })
})
