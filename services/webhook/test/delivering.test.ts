import { createHmac } from 'node:crypto'
import { NIL_ID } from '@voipbin/contracts/fields'
import { webhookDeliveryDetail } from '@voipbin/contracts/webhook'
import { compareColumns } from '@voipbin/sql'
import { answering, hanging, publishEvent, type Received } from '@voipbin/test-kit'
import { describe, expect, test } from 'vitest'
import { aRecording, callContract } from './call-contract.ts'
import { expectStates, secret, statesOf, useWebhook, type Webhook } from './webhook-system.ts'

let webhook: Webhook
const receiver = useWebhook((started) => {
  webhook = started
})

const versionsOf = (received: readonly Received[], id?: string) =>
  received.filter(({ body }) => id === undefined || body.data['id'] === id).map(({ body }) => body.data['status'])

describe('an event of a customer with a webhook', () => {
  test('is sent as type and public resource, signed, and logged', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri)
    const event = await webhook.publish('call_created', { customer_id, status: 'Zoë ☎' })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))

    const [sent] = at.received
    const { channel_id, token, version, ...shown } = event.data as Record<string, unknown>
    expect(sent?.raw).toBe(
      JSON.stringify({
        type: 'call_created',
        data: { id: shown['id'], customer_id, activeflow_id: NIL_ID, status: 'Zoë ☎', ...timesOf(shown) },
      }),
    )
    expect(sent).toMatchObject({ method: 'POST', url: '/hook', headers: { 'content-type': 'application/json' } })
    const [delivery] = await webhook.deliveries(customer_id)
    expect(sent?.headers).toMatchObject({ 'webhook-id': delivery?.id, 'webhook-timestamp': String(webhook.clock.now() / 1000) })
    const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text)
    expect(sent?.headers['x-voipbin-signature']).toBe(`sha256=${hmac(secret, sent?.raw ?? '').digest('hex')}`)
    const standard = hmac(Buffer.from(secret.slice(6), 'base64'), `${delivery?.id}.${webhook.clock.now() / 1000}.${sent?.raw}`)
    expect(sent?.headers['webhook-signature']).toBe(`v1,${standard.digest('base64')}`)

    expect(delivery).toMatchObject({ event_id: event.id, event_type: 'call_created', resource_id: shown['id'], attempt_count: 1 })
    expect(delivery).toMatchObject({ last_status_code: 200, last_error: '', tm_next: null })
    const detail = await webhook.client.getWebhookDelivery({ id: delivery?.id ?? '' })
    expect(detail.body).toBe(sent?.raw)
    expect(detail.attempts).toEqual([expect.objectContaining({ method: 'POST', uri: at.uri, status_code: 200, error: '' })])
  })

  const timesOf = ({ tm_create, tm_update, tm_delete }: Record<string, unknown>) => ({ tm_create, tm_update, tm_delete })

  test.each(['PUT', 'DELETE', 'GET', 'POST'] as const)('goes by the method that the customer has set: %s', async (webhook_method) => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri, { webhook_method })
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
    expect(at.received[0]).toMatchObject({ method: webhook_method, body: { type: 'call_created' } })
  })

  test('is not sent where it is internal, or the customer has no webhook', async () => {
    const at = await receiver()
    const [customer_id, without] = [await webhook.customer(at.uri), await webhook.customer('')]
    await webhook.publish('call_moved', { customer_id })
    await webhook.publish('call_created', { customer_id: without })
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
    expect(at.received).toHaveLength(1)
    await expectStates(webhook, without, [])
  })

  test('goes unsigned where the customer has no secret', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri, { webhook_secret: '' })
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
    expect(Object.keys(at.received[0]?.headers ?? {}).filter((name) => name.includes('signature'))).toEqual([])
  })
})

describe('deliveries', () => {
  test('of one resource go one after the other, in the order of its events', async () => {
    const at = await receiver((response) => void setTimeout(() => response.writeHead(200).end(), 3))
    const customer_id = await webhook.customer(at.uri)
    const id = crypto.randomUUID()
    const types = ['call_updated', 'call_created', 'call_hangup'] as const
    for (let n = 0; n < 12; n++) await webhook.publish(types[n % 3] ?? 'call_updated', { customer_id, id, status: `s${n}`, version: n + 1 })
    await webhook.eventually(() => expectStates(webhook, customer_id, Array(12).fill('delivered')))
    expect(versionsOf(at.received)).toEqual(Array.from({ length: 12 }, (_, n) => `s${n}`))
    expect(at.mostUnderWay()).toBe(1)
  })

  test('wait while one of their resource is under way, whatever comes meanwhile', async () => {
    let answer: () => void = () => undefined
    const at = await receiver((response) => {
      answer = () => void response.writeHead(200).end()
    })
    const customer_id = await webhook.customer(at.uri)
    const id = crypto.randomUUID()
    await webhook.publish('call_created', { customer_id, id, status: 's0' })
    await webhook.eventually(() => expect(at.received).toHaveLength(1))
    for (const status of ['s1', 's2']) await webhook.publish('call_updated', { customer_id, id, status })
    await webhook.clock.advance(3000)
    expect(at.received).toHaveLength(1)
    for (const count of [2, 3]) {
      answer()
      await webhook.eventually(() => expect(at.received).toHaveLength(count))
    }
    answer()
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered', 'delivered', 'delivered']))
    expect(versionsOf(at.received)).toEqual(['s0', 's1', 's2'])
  })

  test('published in one go keep their order across types', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri)
    const id = crypto.randomUUID()
    const types = ['call_hangup', 'call_updated', 'call_created'] as const
    await Promise.all(
      Array.from({ length: 9 }, (_, n) => webhook.publish(types[n % 3] ?? 'call_updated', { customer_id, id, status: `s${n}` })),
    )
    await webhook.eventually(() => expectStates(webhook, customer_id, Array(9).fill('delivered')))
    expect(versionsOf(at.received)).toEqual(Array.from({ length: 9 }, (_, n) => `s${n}`))
  })

  test('follow the order key: a recording goes after what its call said before', async () => {
    const at = await receiver(hanging)
    const customer_id = await webhook.customer(at.uri)
    const id = crypto.randomUUID()
    await webhook.publish('call_created', { customer_id, id })
    await publishEvent(webhook.system.bus, callContract, 'recording_started', aRecording({ customer_id, call_id: id }))
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(at.received).toHaveLength(2))
    expect(at.received.map(({ body }) => body.type)).toEqual(['call_created', 'call_created'])
  })

  test('of different resources go side by side, 24 at most', async () => {
    const at = await receiver((response) => void setTimeout(() => response.writeHead(200).end(), 200))
    const customer_id = await webhook.customer(at.uri)
    for (let n = 0; n < 30; n++) await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expectStates(webhook, customer_id, Array(30).fill('delivered')))
    expect(at.mostUnderWay()).toBe(24)
  })

  test('to a receiver that hangs delay nobody else', async () => {
    const [dead, well] = [await receiver(hanging), await receiver()]
    const [waiting, served] = [await webhook.customer(dead.uri), await webhook.customer(well.uri)]
    for (let n = 0; n < 600; n++) await webhook.publish('call_created', { customer_id: waiting })
    await webhook.eventually(() => expect(dead.underWay()).toBe(24))
    for (let n = 0; n < 30; n++) await webhook.publish('call_created', { customer_id: served })
    await webhook.eventually(() => expect(well.received).toHaveLength(30))
    expect(dead.mostUnderWay()).toBe(24)
  })

  test('fit their table', async () => {
    const engine = webhook.system.platform.services[0]?.database?.engine
    if (!engine) throw new Error('no database')
    expect(await compareColumns(engine, 'webhook_deliveries', webhookDeliveryDetail)).toEqual([])
  })
})

describe('the log', () => {
  test('is paged, newest first, and filtered by state and resource', async () => {
    const at = await receiver((response, { body }) => void response.writeHead(body.data['status'] === 'bad' ? 400 : 200).end())
    const customer_id = await webhook.customer(at.uri)
    const ids = Array.from({ length: 5 }, () => crypto.randomUUID())
    for (const [n, id] of ids.entries()) await webhook.publish('call_created', { customer_id, id, status: n === 3 ? 'bad' : 'good' })
    await webhook.eventually(async () => expect(statesOf(await webhook.deliveries(customer_id))).not.toContain('waiting'))
    const list = (input: object) => webhook.client.listWebhookDeliveries({ customer_id, ...input })
    const first = await list({ page_size: 3 })
    const second = await list({ page_size: 3, page_token: first.next_page_token })
    expect([...first.result, ...second.result].map(({ resource_id }) => resource_id)).toEqual(ids.toReversed())
    expect((await list({ state: 'rejected' })).result.map(({ resource_id }) => resource_id)).toEqual([ids[3]])
    expect((await list({ resource_id: ids[1] })).result).toHaveLength(1)
    expect((await list({ resource_id: ids[1], state: 'dead' })).result).toEqual([])
    expect((await list({ customer_id: crypto.randomUUID() })).result).toEqual([])
    expect(first.result[0]).not.toHaveProperty('body')
    expect(first.result[0]).not.toHaveProperty('attempts')
  })

  test('nowhere shows a secret, and log lines show no body and no address', async () => {
    const at = await receiver(answering(400))
    const customer_id = await webhook.customer(`${at.uri}?key=in-the-uri`)
    await webhook.publish('call_created', { customer_id, status: 'in-the-body' })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['rejected']))
    await webhook.client.testWebhook({ customer_id })
    const reader = webhook.system.platform.services[0]?.database?.engine.reader
    const tables = (await reader?.all("select name from sqlite_master where type = 'table'", [])) ?? []
    const rows = await Promise.all(tables.map(({ name }) => reader?.all(`select * from ${name}`, [])))
    const shown = JSON.stringify([rows, await webhook.deliveries(customer_id), webhook.system.logs, at.received.map(({ body }) => body)])
    expect(shown).not.toContain(secret)
    expect(shown).not.toContain(secret.slice(6))
    expect(shown).not.toContain('call-secret')
    expect(JSON.stringify(webhook.system.logs)).not.toMatch(/in-the-body|in-the-uri/)
  })
})
