import { customerContract } from '@voipbin/contracts/customer'
import { recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CustomerSystem, hashOf, startCustomers } from './customer-system.ts'

const HOUR_MS = 3_600_000
const form = { email: 'Ann@Example.com', accepted_tos: true as const, terms_agreed_ip: '192.0.2.7' }
const email = 'ann@example.com'

describe('sign-up', () => {
  let it: CustomerSystem
  beforeEach(async () => {
    it = await startCustomers()
  })
  afterEach(() => it.close())

  async function verifiedSignUp() {
    const answer = await it.customer.signUp(form)
    const [mail] = await it.mails()
    await it.customer.verifyEmail({ token: mail?.token ?? '' })
    return answer
  }

  test('answers a customer and a key, and mails a link that makes both work', async () => {
    const log = await recordEvents(it.system.bus, [customerContract])
    const { customer, accesskey } = await it.customer.signUp({ ...form, name: 'Ann' })
    expect(customer).toMatchObject({ email, name: 'Ann', status: 'initial', identity_verification_status: 'none', email_verified: false })
    expect(customer).not.toHaveProperty('webhook_secret')
    expect(customer).not.toHaveProperty('terms_agreed_ip')
    expect(accesskey.token).toMatch(/^vb_[A-Za-z0-9_-]{32}$/)
    expect(accesskey).toMatchObject({ name: 'default', customer_id: customer.id })
    const [mail] = await it.mails()
    expect(mail).toMatchObject({ to: email, token: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(mail?.message).toContain('192.0.2.7')
    await expect(it.authenticate(accesskey.token)).rejects.toMatchObject({ status: 'NOT_FOUND' })

    const verified = await it.customer.verifyEmail({ token: mail?.token ?? '' })
    expect(verified.customer).toMatchObject({ id: customer.id, status: 'active', email_verified: true })
    expect(await it.authenticate(accesskey.token)).toMatchObject({ customer_id: customer.id, customer_status: 'active' })
    expect(await it.customer.getCustomer({ id: customer.id })).toMatchObject({ terms_agreed_ip: '192.0.2.7', terms_agreed_version: '1' })
    await it.clock.advance(1000)
    expect(log.events.map(({ type }) => type)).toEqual(['customer_created', 'accesskey_created', 'customer_updated'])
    it = await it.later(2 * HOUR_MS)
    expect((await it.customer.getCustomer({ id: customer.id })).status).toBe('active')
  })

  test('the key of a sign-up lives for 365 days', async () => {
    const { accesskey } = await verifiedSignUp()
    it = await it.later(364 * 24 * HOUR_MS)
    await expect(it.authenticate(accesskey.token)).resolves.toBeDefined()
    it = await it.later(24 * HOUR_MS)
    await expect(it.authenticate(accesskey.token)).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })

  test('an address that has an account is answered alike, and told by mail only', async () => {
    const first = await verifiedSignUp()
    const again = await it.customer.signUp(form)
    expect(Object.keys(again.customer)).toEqual(Object.keys(first.customer))
    expect(Object.keys(again.accesskey)).toEqual(Object.keys(first.accesskey))
    expect(again.customer).toMatchObject({ status: 'initial', email, email_verified: false })
    expect((await it.mails()).at(-1)).toMatchObject({ to: email, subject: 'You already have an account', token: '' })
    await expect(it.authenticate(again.accesskey.token)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    expect((await it.customer.listCustomers({})).result).toHaveLength(1)
  })

  test('does the same work in the database for an address with an account as for one without', async () => {
    await verifiedSignUp()
    const statements = countStatements(it)
    await it.customer.signUp(form)
    const known = statements()
    await it.clock.advance(2000)
    statements()
    await it.customer.signUp({ ...form, email: 'stranger@example.com' })
    expect(statements()).toEqual(known)
    expect(known.length).toBeGreaterThan(0)
  })

  test('of two sign-ups with one address the first that is verified has it', async () => {
    const one = await it.customer.signUp(form)
    await it.clock.advance(2000)
    const two = await it.customer.signUp(form)
    const [mailOne, mailTwo] = await it.mails()
    const verified = await it.customer.verifyEmail({ token: mailTwo?.token ?? '' })
    expect(verified.customer.id).toBe(two.customer.id)
    await expect(it.customer.verifyEmail({ token: mailOne?.token ?? '' })).rejects.toMatchObject({ reason: 'EMAIL_TAKEN' })
    await expect(it.authenticate(one.accesskey.token)).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })

  test('a link opens once, for an hour, and what is no link opens nothing', async () => {
    await it.customer.signUp(form)
    const [mail] = await it.mails()
    const token = mail?.token ?? ''
    for (const wrong of ['', 'x', 'f'.repeat(64), hashOf(token), token.toUpperCase()]) {
      await expect(it.customer.verifyEmail({ token: wrong })).rejects.toMatchObject({ reason: 'INVALID_TOKEN' })
    }
    const both = await Promise.allSettled([it.customer.verifyEmail({ token }), it.customer.verifyEmail({ token })])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(it.customer.verifyEmail({ token })).rejects.toMatchObject({ status: 'INVALID_ARGUMENT', reason: 'INVALID_TOKEN' })
  })

  test('a sign-up that nobody verified is gone after an hour, and so is its link', async () => {
    const { customer } = await it.customer.signUp(form)
    const [mail] = await it.mails()
    it = await it.later(HOUR_MS)
    const log = await recordEvents(it.system.bus, [customerContract])
    await it.clock.advance(2000)
    await expect(it.customer.getCustomer({ id: customer.id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
    await expect(it.customer.verifyEmail({ token: mail?.token ?? '' })).rejects.toMatchObject({ reason: 'INVALID_TOKEN' })
    expect(log.events.map(({ type }) => type)).toContain('customer_deleted')
    expect(await it.rows('customers')).toContain('"status":"expired"')
    expect(await it.rows('customers')).not.toContain(email)
  })

  test('a second mail is sent on request, to an address that waits and to no other', async () => {
    await it.customer.signUp(form)
    await it.mails()
    expect(await it.customer.resendVerification({ email })).toEqual({})
    expect(await it.customer.resendVerification({ email: 'nobody@example.com' })).toEqual({})
    const mails = await it.mails()
    expect(mails.map(({ to }) => to)).toEqual([email, email])
    const [, second] = mails
    await it.customer.verifyEmail({ token: second?.token ?? '' })
    await expect(it.customer.verifyEmail({ token: mails[0]?.token ?? '' })).rejects.toMatchObject({ reason: 'INVALID_TOKEN' })
  })

  test('an hour brings one address five sign-ups and four more links, however many ask', async () => {
    for (let n = 0; n < 8; n++) await it.customer.signUp(form)
    expect(await it.mails()).toHaveLength(5)
    const { result } = await it.customer.listCustomers({})
    expect(result).toHaveLength(5)
    for (let n = 0; n < 8; n++) {
      await it.customer.resendVerification({ email })
      await it.mails()
    }
    expect(await it.mails()).toHaveLength(9)
  })

  test('neither link nor key is in the database, an event or a log line', async () => {
    const log = await recordEvents(it.system.bus, [customerContract])
    const { accesskey } = await it.customer.signUp(form)
    const [mail] = await it.mails()
    const token = mail?.token ?? 'none'
    await it.customer.verifyEmail({ token }).catch(() => undefined)
    await it.customer.verifyEmail({ token }).catch(() => undefined)
    await it.clock.advance(2000)
    const tables = ['customers', 'accesskeys', 'email_tokens', 'jobs', 'operations', 'outbox']
    const everywhere = [
      ...(await Promise.all(tables.map((table) => it.rows(table)))),
      JSON.stringify(log.events),
      JSON.stringify(it.system.logs),
    ]
    for (const text of everywhere) {
      expect(text).not.toContain(token)
      expect(text).not.toContain(accesskey.token)
    }
    expect(JSON.stringify(log.events)).not.toContain('whsec_')
    expect(JSON.stringify(log.events)).not.toContain(hashOf(accesskey.token))
    expect(await it.rows('customers')).toContain('whsec_')
  })
})

/** Kinds of statements on the database since the last look. */
function countStatements({ system }: CustomerSystem): () => string[] {
  const database = system.platform.services[0]?.database
  if (!database) throw new TypeError('no database')
  const { engine } = database
  const seen: string[] = []
  const real = engine.inTransaction.bind(engine)
  Object.assign(engine, {
    inTransaction: (work: Parameters<typeof real>[0]) =>
      real((connection) => {
        const spied: typeof connection = {
          ...connection,
          all: (text, parameters) => {
            seen.push(text)
            return connection.all(text, parameters)
          },
          run: (text, parameters) => {
            seen.push(text)
            return connection.run(text, parameters)
          },
        }
        return work(spied)
      }),
  })
  return () => seen.splice(0).filter((text) => !text.includes('outbox'))
}
