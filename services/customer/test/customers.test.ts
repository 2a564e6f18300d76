import { accesskey as accesskeyEntity, customerContract, customer as customerEntity, fixedCustomers } from '@voipbin/contracts/customer'
import { compareColumns } from '@voipbin/sql'
import { recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newCustomer } from '../src/customer.ts'
import { customers } from '../src/store/customers.ts'
import { type CustomerSystem, startCustomers } from './customer-system.ts'

const DAY_MS = 86_400_000
const acme = { name: 'Acme', email: 'acme@example.com', webhook_uri: 'https://acme.example/hook', webhook_method: 'POST' as const }

describe('customers', () => {
  let it: CustomerSystem
  beforeEach(async () => {
    it = await startCustomers()
  })
  afterEach(() => it.close())
  const database = () => {
    const found = it.system.platform.services[0]?.database
    if (!found) throw new TypeError('no database')
    return found
  }

  test('entities and tables fit', async () => {
    expect(await compareColumns(database().engine, 'customer_customers', customerEntity)).toEqual([])
    expect(await compareColumns(database().engine, 'customer_accesskeys', accesskeyEntity)).toEqual([])
  })

  test('one made by an operator is active, has its address, and a webhook secret that only the webhook service gets', async () => {
    const made = await it.customer.createCustomer(acme)
    expect(made).toMatchObject({ ...acme, status: 'active', email_verified: false, metadata: { rtp_debug: false }, customer_id: made.id })
    expect(made).not.toHaveProperty('webhook_secret')
    const settings = await it.customer.getWebhookSettings({ id: made.id })
    expect(settings).toEqual({
      id: made.id,
      webhook_method: 'POST',
      webhook_uri: 'https://acme.example/hook',
      webhook_secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    })
    await expect(it.customer.createCustomer({ ...acme, email: 'ACME@example.com' })).rejects.toMatchObject({ reason: 'EMAIL_TAKEN' })
  })

  test('two made at once with one address are one', async () => {
    const both = await Promise.allSettled([it.customer.createCustomer(acme), it.customer.createCustomer(acme)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('what an update leaves out stays, and a customer sees itself without what operators see', async () => {
    const { id } = await it.customer.createCustomer(acme)
    const updated = await it.customer.updateOwnCustomer({ customer_id: id, name: 'Acme Ltd', phone_number: '+15550100' })
    expect(updated).toMatchObject({ ...acme, name: 'Acme Ltd', phone_number: '+15550100', version: 2 })
    expect(updated).not.toHaveProperty('terms_agreed_ip')
    expect(await it.customer.updateOwnMetadata({ customer_id: id, rtp_debug: true })).toMatchObject({ metadata: { rtp_debug: true } })
    const account = '33333333-3333-4333-8333-333333333333'
    const own = await it.customer.updateOwnBillingAccount({ customer_id: id, billing_account_id: account })
    expect(own).toMatchObject({ billing_account_id: account, metadata: { rtp_debug: true } })
    expect(await it.customer.getOwnCustomer({ customer_id: id })).toEqual(own)
    await expect(it.customer.updateOwnCustomer({ customer_id: id, webhook_uri: 'file:///etc/passwd' })).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
    })
  })

  test('a changed address has to be verified, and links to the old one die', async () => {
    const { id } = await it.customer.createCustomer(acme)
    await it.customer.updateCustomer({ id, email: 'one@example.com' })
    await it.mails()
    const changed = await it.customer.updateCustomer({ id, email: 'two@example.com' })
    expect(changed).toMatchObject({ email: 'two@example.com', email_verified: false, status: 'active' })
    const [toOne, toTwo] = await it.mails()
    expect([toOne?.to, toTwo?.to]).toEqual(['one@example.com', 'two@example.com'])
    await expect(it.customer.verifyEmail({ token: toOne?.token ?? '' })).rejects.toMatchObject({ reason: 'INVALID_TOKEN' })
    const { customer } = await it.customer.verifyEmail({ token: toTwo?.token ?? '' })
    expect(customer).toMatchObject({ email: 'two@example.com', email_verified: true, status: 'active' })
    await expect(it.customer.createCustomer(acme)).resolves.toBeDefined()
  })

  test('who takes the address of another tells nobody, and never verifies it', async () => {
    await it.customer.createCustomer(acme)
    const { id } = await it.customer.createCustomer({ name: 'Mallory' })
    await expect(it.customer.updateOwnCustomer({ customer_id: id, email: acme.email })).resolves.toMatchObject({ email_verified: false })
    const [mail] = await it.mails()
    await expect(it.customer.verifyEmail({ token: mail?.token ?? '' })).rejects.toMatchObject({ reason: 'EMAIL_TAKEN' })
  })

  test('identity is verified by an operator, and told', async () => {
    const log = await recordEvents(it.system.bus, [customerContract])
    const { id } = await it.customer.createCustomer(acme)
    const verified = await it.customer.updateIdentityVerification({ id, identity_verification_status: 'verified' })
    expect(verified.identity_verification_status).toBe('verified')
    await it.clock.advance(1000)
    expect(log.events.map(({ type }) => type)).toEqual(['customer_created', 'customer_identity_verification_updated'])
  })

  describe('deletion', () => {
    test('frozen, it is recovered, and nothing happens to it any more', async () => {
      const log = await recordEvents(it.system.bus, [customerContract])
      const { id } = await it.customer.createCustomer(acme)
      const frozen = await it.customer.unregister({ customer_id: id })
      expect(frozen).toMatchObject({ status: 'frozen', tm_deletion_scheduled: frozen.tm_update })
      await expect(it.customer.freezeCustomer({ id })).rejects.toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'STATE_INVALID' })
      const recovered = await it.customer.recoverOwn({ customer_id: id })
      expect(recovered).toMatchObject({ status: 'active', tm_deletion_scheduled: null })
      await expect(it.customer.recoverCustomer({ id })).rejects.toMatchObject({ reason: 'STATE_INVALID' })
      await it.clock.advance(1000)
      expect(log.events.map(({ type }) => type)).toEqual(['customer_created', 'customer_frozen', 'customer_recovered'])
      it = await it.later(31 * DAY_MS)
      await it.clock.advance(2000)
      expect((await it.customer.getCustomer({ id })).status).toBe('active')
    })

    test('30 days after it was frozen it is deleted, and no word of it remains', async () => {
      const { id } = await it.customer.createCustomer({ ...acme, phone_number: '+15550100', address: 'Main St' })
      await it.customer.freezeCustomer({ id })
      it = await it.later(30 * DAY_MS - 10_000)
      await it.clock.advance(2000)
      expect((await it.customer.getCustomer({ id })).status).toBe('frozen')
      const log = await recordEvents(it.system.bus, [customerContract])
      await it.clock.advance(10_000)
      await expect(it.customer.getCustomer({ id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
      expect(log.events.map(({ type }) => type)).toEqual(['customer_deleted'])
      const rows = await it.rows('customers')
      expect(rows).toContain('"status":"deleted"')
      for (const word of ['Acme', 'acme', '5550100', 'Main St', 'whsec_']) expect(rows).not.toContain(word)
    })

    test('the days count from the last time it was frozen', async () => {
      const { id } = await it.customer.createCustomer(acme)
      await it.customer.freezeCustomer({ id })
      it = await it.later(20 * DAY_MS)
      await it.customer.recoverCustomer({ id })
      await it.customer.freezeCustomer({ id })
      it = await it.later(20 * DAY_MS)
      await it.clock.advance(2000)
      expect((await it.customer.getCustomer({ id })).status).toBe('frozen')
      it = await it.later(10 * DAY_MS)
      await it.clock.advance(2000)
      await expect(it.customer.getCustomer({ id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
    })

    test('at once, also from frozen, it frees its address for the next', async () => {
      const { id } = await it.customer.createCustomer(acme)
      const deleted = await it.customer.unregister({ customer_id: id, immediate: true })
      expect(deleted).toMatchObject({ status: 'deleted', email: '', name: '' })
      const { id: next } = await it.customer.createCustomer(acme)
      await it.customer.freezeCustomer({ id: next })
      await it.customer.unregister({ customer_id: next, immediate: true })
      await expect(it.customer.createCustomer(acme)).resolves.toBeDefined()
    })

    test('a sign-up that was not verified cannot be frozen, and so not recovered as verified', async () => {
      const { customer } = await it.customer.signUp({ email: 'ann@example.com', accepted_tos: true })
      await it.clock.advance(2000)
      await expect(it.customer.unregister({ customer_id: customer.id })).rejects.toMatchObject({ reason: 'STATE_INVALID' })
      await expect(it.customer.unregister({ customer_id: customer.id, immediate: true })).resolves.toMatchObject({ status: 'deleted' })
    })
  })

  test.each(Object.entries(fixedCustomers))('the %s customer is not changed by anybody', async (_name, id) => {
    const origin = { service: 'customer', operationId: 'test', requestId: 'test', trace: '' }
    await database().transaction(origin, (tx) =>
      customers.insert(tx, 'customer_created', newCustomer({ id, name: 'fixed', status: 'active' })),
    )
    const attempts = [
      () => it.customer.deleteCustomer({ id }),
      () => it.customer.freezeCustomer({ id }),
      () => it.customer.updateOwnCustomer({ customer_id: id, name: 'x' }),
      () => it.customer.updateCustomerMetadata({ id, rtp_debug: true }),
      () => it.customer.updateOwnBillingAccount({ customer_id: id, billing_account_id: id }),
      () => it.customer.updateIdentityVerification({ id, identity_verification_status: 'verified' }),
      () => it.customer.unregister({ customer_id: id, immediate: true }),
    ]
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ reason: 'CUSTOMER_PROTECTED' })
    expect(await it.customer.getCustomer({ id })).toMatchObject({ name: 'fixed', version: 1 })
  })
})
