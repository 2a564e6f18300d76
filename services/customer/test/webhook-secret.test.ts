import { customerContract } from '@voipbin/contracts/customer'
import { recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CustomerSystem, startCustomers } from './customer-system.ts'

const DAY_MS = 86_400_000
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/

describe('rotateWebhookSecret()', () => {
  let it: CustomerSystem
  beforeEach(async () => {
    it = await startCustomers()
  })
  afterEach(() => it.close())

  test('shows a new secret once; the one before it signs beside it for a day', async () => {
    const { id } = await it.customer.createCustomer({ name: 'Acme' })
    const before = await it.customer.getWebhookSettings({ id })
    const rotated = await it.customer.rotateWebhookSecret({ customer_id: id })
    expect(rotated.webhook_secret).toMatch(SECRET)
    expect(rotated.webhook_secret).not.toBe(before.webhook_secret)
    expect(Date.parse(rotated.tm_previous_expire)).toBe(it.clock.now() + DAY_MS)
    const both = { webhook_secret: rotated.webhook_secret, webhook_secret_previous: before.webhook_secret }
    expect(await it.customer.getWebhookSettings({ id })).toMatchObject(both)
    await it.clock.jump(DAY_MS - 1000)
    expect(await it.customer.getWebhookSettings({ id })).toMatchObject(both)
    await it.clock.jump(2000)
    expect(await it.customer.getWebhookSettings({ id })).toEqual({ ...before, webhook_secret: rotated.webhook_secret })
    expect(await it.customer.getOwnCustomer({ customer_id: id })).not.toHaveProperty('webhook_secret_previous')
  })

  test('tells that the settings changed, and neither secret', async () => {
    const { id } = await it.customer.createCustomer({ name: 'Acme' })
    await it.clock.advance(300)
    const log = await recordEvents(it.system.bus, [customerContract])
    const { webhook_secret } = await it.customer.rotateWebhookSecret({ customer_id: id })
    await it.clock.advance(300)
    expect(log.events.map(({ type }) => type)).toEqual(['customer_updated'])
    expect(JSON.stringify([log.events, it.system.logs])).not.toContain(webhook_secret)
    expect(JSON.stringify(log.events)).not.toContain('whsec_')
  })

  test('gives the same secret to who repeats the request, and stores it nowhere in the clear but in its own column', async () => {
    const { id } = await it.customer.createCustomer({ name: 'Acme' })
    const first = await it.customer.rotateWebhookSecret({ customer_id: id }, { operationId: 'wish-1' })
    expect(await it.customer.rotateWebhookSecret({ customer_id: id }, { operationId: 'wish-1' })).toEqual(first)
    expect(await it.rows('operations')).not.toContain(first.webhook_secret)
  })

  test('is refused for a customer that is not there', async () => {
    await expect(it.customer.rotateWebhookSecret({ customer_id: crypto.randomUUID() })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })
})
