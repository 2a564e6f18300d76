import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { customerContract } from '@voipbin/contracts/customer'
import { aCustomer, answering, createFakeClock, hanging, publishEvent } from '@voipbin/test-kit'
import { describe, expect, test } from 'vitest'
import { expectStates, startWebhook, useWebhook, type Webhook } from './webhook-system.ts'

const DAY_MS = 86_400_000
let webhook: Webhook
const receiver = useWebhook((started) => {
  webhook = started
})
const rows = async (table: string) =>
  Number(
    (await webhook.system.platform.services[0]?.database?.engine.reader.all(`select count(*) as total from ${table}`, []))?.[0]?.['total'],
  )

describe('what a customer has set', () => {
  test('holds from the next delivery on, address and secret together', async () => {
    const [before, after] = [await receiver(), await receiver()]
    const customer_id = await webhook.customer(before.uri)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(before.received).toHaveLength(1))
    await webhook.update(customer_id, { webhook_uri: after.uri, webhook_method: 'PUT', webhook_secret: 'another' })
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(after.received).toHaveLength(1))
    expect(after.received[0]).toMatchObject({
      method: 'PUT',
      headers: { 'x-voipbin-signature': expect.stringMatching(/^sha256=[0-9a-f]{64}$/) },
    })
    expect(before.received).toHaveLength(1)
  })

  test('has two secrets while one is being exchanged, and both sign', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri, { webhook_secret: 'first' })
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(at.received).toHaveLength(1))
    await webhook.update(customer_id, { webhook_secret: 'second', webhook_secret_previous: 'first' })
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(at.received).toHaveLength(2))
    const [, sent] = at.received
    const sign = (secret: string) =>
      `sha256=${createHmac('sha256', secret)
        .update(sent?.raw ?? '')
        .digest('hex')}`
    expect(sent?.headers).toMatchObject({ 'x-voipbin-signature': sign('second'), 'x-voipbin-signature-previous': sign('first') })
    expect(String(sent?.headers['webhook-signature']).split(' ')).toHaveLength(2)
  })

  test('is asked for once a minute, not once a delivery', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri)
    for (let n = 0; n < 20; n++) await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(at.received).toHaveLength(20))
    expect(webhook.state.asked).toBe(1)
    await webhook.clock.jump(61_000)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(at.received).toHaveLength(21))
    expect(webhook.state.asked).toBe(2)
  })

  test('is asked for where its event has not come yet', async () => {
    const at = await receiver()
    const [customer_id, without, unknown] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
    webhook.set(customer_id, { webhook_uri: at.uri })
    webhook.set(without, {})
    for (const id of [customer_id, without, unknown]) for (let n = 0; n < 2; n++) await webhook.publish('call_created', { customer_id: id })
    await webhook.eventually(() => expect(at.received).toHaveLength(2))
    await webhook.eventually(() => expectStates(webhook, without, []))
    await webhook.eventually(() => expectStates(webhook, unknown, []))
    const { asked } = webhook.state
    await webhook.publish('call_created', { customer_id: without })
    await webhook.clock.settle()
    await expectStates(webhook, without, [])
    expect(webhook.state.asked).toBe(asked)
  })

  test('cannot be asked for: nothing is tried or counted until it can', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri)
    webhook.state.isOwnerAway = true
    await webhook.publish('call_created', { customer_id })
    await webhook.clock.advance(20_000)
    expect(await webhook.deliveries(customer_id)).toMatchObject([{ state: 'waiting', attempt_count: 0 }])
    webhook.state.isOwnerAway = false
    await webhook.clock.advance(5000)
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
    expect(await webhook.deliveries(customer_id)).toMatchObject([{ attempt_count: 1 }])
  })

  test('turned off ends what waits: tried, it is given up; never tried, it was not wanted', async () => {
    const at = await receiver(answering(500))
    const customer_id = await webhook.customer(at.uri)
    const id = crypto.randomUUID()
    await webhook.publish('call_created', { customer_id, id })
    await webhook.publish('call_hangup', { customer_id, id })
    await webhook.eventually(() => expect(at.received).toHaveLength(1))
    await webhook.update(customer_id, { webhook_uri: '' })
    await webhook.publish('call_created', { customer_id })
    await webhook.clock.advance(2000)
    await webhook.eventually(() => expectStates(webhook, customer_id, ['dead']))
    expect((await webhook.deliveries(customer_id))[0]).toMatchObject({
      last_error: expect.stringMatching(/^WEBHOOK_NOT_SET/),
      last_status_code: 500,
    })
    expect(at.received).toHaveLength(1)
    expect(await rows('webhook_queues')).toBe(0)
  })

  test('an older event does not undo a newer one', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer('')
    await webhook.update(customer_id, { webhook_uri: at.uri })
    const { engine } = webhook.system.platform.services[0]?.database ?? {}
    const read = async () =>
      (await engine?.reader.all('select uri from webhook_settings where customer_id = ?', [customer_id]))?.[0]?.['uri']
    expect(await read()).toBe(at.uri)
    await publishEvent(webhook.system.bus, customerContract, 'customer_updated', {
      ...aCustomer({ id: customer_id }),
      webhook_uri: '',
      version: 1,
    })
    expect(await read()).toBe(at.uri)
  })
})

describe('a deleted customer', () => {
  test('leaves nothing behind, also of what comes late', async () => {
    const at = await receiver(answering(500))
    const [customer_id, other] = [await webhook.customer(at.uri), await webhook.customer(at.uri)]
    for (let n = 0; n < 5; n++) await webhook.publish('call_created', { customer_id })
    await webhook.publish('call_created', { customer_id: other })
    await webhook.eventually(() => expect(at.received).toHaveLength(6))
    await webhook.remove(customer_id)
    await webhook.clock.advance(10_000)
    await webhook.publish('call_hangup', { customer_id })
    await webhook.clock.advance(61_000)
    await webhook.eventually(() => expectStates(webhook, customer_id, []))
    await expectStates(webhook, other, ['waiting'])
    await webhook.clock.jump(2 * DAY_MS)
    await webhook.eventually(async () => expect(await rows('webhook_settings')).toBe(1))
  })
})

describe('the log', () => {
  test('is kept for thirty days', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
    for (let day = 0; day < 29; day++) await webhook.clock.jump(DAY_MS)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered', 'delivered']))
    for (let day = 0; day < 3; day++) await webhook.clock.jump(DAY_MS)
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
  })
})

describe('testWebhook()', () => {
  test('sends a signed event now and tells what came of it', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri)
    const result = await webhook.client.testWebhook({ customer_id })
    expect(result).toMatchObject({ is_delivered: true, status_code: 200, error: '', uri: at.uri, method: 'POST' })
    expect(at.received[0]?.body).toMatchObject({ type: 'webhook_test', data: { customer_id } })
    expect(at.received[0]?.headers).toHaveProperty('x-voipbin-signature')
    at.behave = answering(500)
    expect(await webhook.client.testWebhook({ customer_id })).toMatchObject({ is_delivered: false, status_code: 500 })
    await expectStates(webhook, customer_id, [])
  })

  test('is refused where there is no webhook, and while another runs', async () => {
    await expect(webhook.client.testWebhook({ customer_id: await webhook.customer('') })).rejects.toMatchObject({
      reason: 'WEBHOOK_NOT_SET',
    })
    const at = await receiver(hanging)
    const customer_id = await webhook.customer(at.uri)
    const first = webhook.client.testWebhook({ customer_id })
    await webhook.eventually(() => expect(at.underWay()).toBe(1))
    await expect(webhook.client.testWebhook({ customer_id })).rejects.toMatchObject({ reason: 'TEST_UNDER_WAY' })
    await webhook.clock.advance(15_000)
    expect(await first).toMatchObject({ is_delivered: false, error: expect.stringMatching(/^TIMEOUT/) })
  })
})

test('what waits survives a restart, and goes on in order', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'webhook-'))
  const clock = createFakeClock()
  const at = await receiver(answering(500))
  const first = await startWebhook({ dataDir, clock })
  const customer_id = await first.customer(at.uri)
  const id = crypto.randomUUID()
  for (let n = 0; n < 3; n++) await first.publish('call_updated', { customer_id, id, status: `s${n}` })
  await first.eventually(() => expect(at.received).toHaveLength(1))
  await first.close()
  at.behave = answering(200)
  const second = await startWebhook({ dataDir, clock, settings: first.settings })
  await clock.advance(1001)
  await second.eventually(() => expectStates(second, customer_id, ['delivered', 'delivered', 'delivered']))
  expect(at.received.map(({ body }) => body.data['status'])).toEqual(['s0', 's0', 's1', 's2'])
  await second.close()
  rmSync(dataDir, { recursive: true })
})

test('a service that stops gives what is under way five seconds and leaves the rest to the next start', async () => {
  const at = await receiver(hanging)
  const stopping = await startWebhook()
  const customer_id = await stopping.customer(at.uri)
  await stopping.publish('call_created', { customer_id })
  await stopping.eventually(() => expect(at.underWay()).toBe(1))
  const closed = stopping.system.platform.close()
  await stopping.clock.advance(5000)
  await closed
  await stopping.eventually(() => expect(at.underWay()).toBe(0))
})
