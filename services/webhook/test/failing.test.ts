import net, { type AddressInfo } from 'node:net'
import { answering, hanging } from '@voipbin/test-kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { expectStates, startWebhook, statesOf, useWebhook, type Webhook } from './webhook-system.ts'

let webhook: Webhook
const receiver = useWebhook((started) => {
  webhook = started
})

const only = async (customer_id: string) => {
  const [delivery] = await webhook.deliveries(customer_id)
  if (!delivery) throw new Error('no delivery')
  return webhook.client.getWebhookDelivery({ id: delivery.id })
}

describe('a receiver that answers 500', () => {
  test('is tried again later, with the same id and a fresh time; what follows of the resource waits, the rest does not', async () => {
    const at = await receiver((response, { body }) => void response.writeHead(body.data['status'] === 'bad' ? 500 : 200).end())
    const customer_id = await webhook.customer(at.uri)
    const id = crypto.randomUUID()
    await webhook.publish('call_created', { customer_id, id, status: 'bad' })
    await webhook.publish('call_hangup', { customer_id, id, status: 'good' })
    await webhook.publish('call_created', { customer_id, status: 'good' })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['waiting', 'waiting', 'delivered']))
    const [first, second] = await webhook.deliveries(customer_id)
    expect(first).toMatchObject({ attempt_count: 1, last_status_code: 500 })
    expect(Date.parse(first?.tm_next ?? '') - webhook.clock.now()).toBe(1000)
    expect(second).toMatchObject({ attempt_count: 0, tm_next: null })

    await webhook.clock.advance(1001)
    await webhook.eventually(() => expect(at.received).toHaveLength(3))
    at.behave = answering(200)
    await webhook.clock.advance(5001)
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered', 'delivered', 'delivered']))
    const tries = at.received.filter(({ body }) => body.data['status'] === 'bad')
    expect(new Set(tries.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(tries.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(3)
    expect(new Set(tries.map(({ headers }) => headers['webhook-signature'])).size).toBe(3)
    expect(at.received.at(-1)?.body.type).toBe('call_hangup')
    expect((await only(customer_id)).attempts.map(({ status_code }) => status_code)).toEqual([500, 500, 200])
  })

  test('for a day is given up, seen, and sent again on request; what follows goes on', async () => {
    const at = await receiver(answering(503))
    const customer_id = await webhook.customer(at.uri)
    const id = crypto.randomUUID()
    await webhook.publish('call_created', { customer_id, id, status: 'first' })
    await webhook.publish('call_hangup', { customer_id, id, status: 'second' })
    for (const seconds of [0, 1, 5, 30, 120, 600, 1800, 3600, 7200, 14400, 14400, 14400, 14400, 14400]) {
      const { attempt_count } = await only(customer_id)
      await webhook.clock.jump(seconds * 1000 + 1)
      await webhook.eventually(async () => expect((await only(customer_id)).attempt_count).toBe(attempt_count + 1))
    }
    await webhook.eventually(() => expectStates(webhook, customer_id, ['dead', 'waiting']))
    await webhook.clock.jump(14_400_001)
    await webhook.eventually(() => expectStates(webhook, customer_id, ['dead', 'dead']))
    const [first, second] = await webhook.deliveries(customer_id, { state: 'dead' })
    expect([first?.attempt_count, second?.attempt_count]).toEqual([14, 2])
    expect(webhook.system.logs.filter(({ message }) => message === 'webhook delivery given up')).toHaveLength(2)

    at.behave = answering(204)
    const replayed = await webhook.client.replayWebhookDelivery({ id: second?.id ?? '' })
    expect(replayed).toMatchObject({ id: second?.id, state: 'waiting', attempt_count: 2 })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['dead', 'delivered']))
    expect(at.received.at(-1)).toMatchObject({ headers: { 'webhook-id': second?.id }, body: { data: { status: 'second' } } })
  })

  test('does not get a replay of what it will be sent anyway', async () => {
    const at = await receiver(answering(500))
    const customer_id = await webhook.customer(at.uri)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(async () => expect((await only(customer_id)).attempt_count).toBe(1))
    const { id } = await only(customer_id)
    await expect(webhook.client.replayWebhookDelivery({ id })).rejects.toMatchObject({ reason: 'DELIVERY_NOT_FINAL' })
    await expect(webhook.client.replayWebhookDelivery({ id: crypto.randomUUID() })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })
})

describe('a receiver', () => {
  test('that answers 4xx does not want it: that is final, and the next goes on', async () => {
    const at = await receiver((response, { body }) => void response.writeHead(body.type === 'call_created' ? 404 : 200).end())
    const customer_id = await webhook.customer(at.uri)
    const id = crypto.randomUUID()
    await webhook.publish('call_created', { customer_id, id })
    await webhook.publish('call_hangup', { customer_id, id })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['rejected', 'delivered']))
    await webhook.clock.advance(10_000)
    expect(at.received).toHaveLength(2)
  })

  test('that asks to be left alone for a while is', async () => {
    const at = await receiver(answering(429, { 'Retry-After': '90' }))
    const customer_id = await webhook.customer(at.uri)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(async () => expect((await only(customer_id)).last_status_code).toBe(429))
    expect(Date.parse((await only(customer_id)).tm_next ?? '') - webhook.clock.now()).toBe(90_000)
    at.behave = answering(200)
    await webhook.clock.jump(89_000)
    await webhook.clock.settle()
    expect(at.received).toHaveLength(1)
    await webhook.clock.jump(1001)
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
  })

  test('that is down for a minute gets everything afterwards, in order', async () => {
    const at = await receiver()
    const customer_id = await webhook.customer(at.uri)
    await at.close()
    const ids = [crypto.randomUUID(), crypto.randomUUID()]
    for (let n = 0; n < 3; n++) for (const id of ids) await webhook.publish('call_updated', { customer_id, id, status: `s${n}` })
    await webhook.eventually(async () => expect((await only(customer_id)).last_error).toMatch(/^ECONNREFUSED: /))
    await webhook.clock.advance(60_000)
    expect(new Set(statesOf(await webhook.deliveries(customer_id)))).toEqual(new Set(['waiting']))
    await at.reopen()
    await webhook.clock.advance(120_000)
    await webhook.eventually(() => expectStates(webhook, customer_id, Array(6).fill('delivered')))
    for (const id of ids)
      expect(at.received.filter(({ body }) => body.data['id'] === id).map(({ body }) => body.data['status'])).toEqual(['s0', 's1', 's2'])
  })

  test('that hangs is left after 15 s and tried again', async () => {
    const at = await receiver(hanging)
    const customer_id = await webhook.customer(at.uri)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(at.underWay()).toBe(1))
    await webhook.clock.advance(15_000)
    await webhook.eventually(async () =>
      expect((await only(customer_id)).last_error).toBe('TIMEOUT: Timed out while waiting for the answer'),
    )
    expect((await only(customer_id)).attempts[0]?.duration_ms).toBe(15_000)
    at.behave = answering(200)
    await webhook.clock.advance(1001)
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
  })

  test('that hung with hundreds waiting gets all of them once it answers', async () => {
    const at = await receiver(hanging)
    const customer_id = await webhook.customer(at.uri)
    for (let n = 0; n < 150; n++) await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(at.underWay()).toBe(24))
    await webhook.clock.advance(15_000)
    await webhook.eventually(() => expect(at.underWay()).toBeLessThan(24))
    at.behave = answering(200)
    await webhook.clock.advance(16_000)
    for (let n = 0; n < 20; n++) {
      await webhook.clock.advance(1001)
      await webhook.eventually(() => expect(at.underWay()).toBe(0))
    }
    await webhook.eventually(() => expectStates(webhook, customer_id, Array(150).fill('delivered')))
  })

  test('that sends its headers octet by octet is left too', async () => {
    const sockets: net.Socket[] = []
    const server = net.createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined).write('HTTP/1.1 200 OK\r\nX-Slow: ')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const customer_id = await webhook.customer(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(sockets).toHaveLength(1))
    await webhook.clock.advance(15_000)
    await webhook.eventually(async () => expect((await only(customer_id)).last_error).toMatch(/^TIMEOUT/))
  })

  test('that closes in the middle of its answer has answered', async () => {
    const at = await receiver((response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('half', () => response.destroy())
    })
    const customer_id = await webhook.customer(at.uri)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
  })

  test('that closes without an answer is tried again', async () => {
    const at = await receiver((response) => void response.destroy())
    const customer_id = await webhook.customer(at.uri)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(async () => expect((await only(customer_id)).last_error).toMatch(/^ECONNRESET/))
    await expectStates(webhook, customer_id, ['waiting'])
  })

  test('with a huge body is read no further than 64 KB', async () => {
    let isCut = false
    const at = await receiver((response) => {
      response.on('close', () => {
        isCut = !response.writableFinished
      })
      response.write(Buffer.alloc(2_000_000, 'x'))
    })
    const customer_id = await webhook.customer(at.uri)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
    await webhook.eventually(() => expect(isCut).toBe(true))
  })

  test('that sends us elsewhere is followed', async () => {
    const target = await receiver()
    const at = await receiver(answering(307, { Location: target.uri }))
    const customer_id = await webhook.customer(at.uri)
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered']))
    expect(target.received[0]).toMatchObject({ method: 'POST', body: { type: 'call_created' } })
  })

  test.each(['http://10.0.0.1/', 'http://169.254.169.254/latest/meta-data', 'http://[::1]:8080/', 'gopher://example.com/'])(
    'that sends us to %s is not followed, and the log says why without saying where',
    async (location) => {
      const at = await receiver(answering(302, { Location: location }))
      const customer_id = await webhook.customer(at.uri)
      await webhook.publish('call_created', { customer_id })
      await webhook.eventually(() => expectStates(webhook, customer_id, ['dead']))
      const { last_error, attempts } = await only(customer_id)
      expect(last_error).toMatch(/^(ADDRESS|SCHEME)_REFUSED: /)
      expect(JSON.stringify({ last_error, attempts })).not.toContain(location)
    },
  )
})

test('without an allow-list nothing private is reached', async () => {
  const closed = await startWebhook({ allow: '' })
  const at = await receiver()
  const customer_id = await closed.customer(at.uri)
  await closed.publish('call_created', { customer_id })
  await closed.eventually(() => expectStates(closed, customer_id, ['dead']))
  expect(at.received).toEqual([])
  expect(await closed.client.testWebhook({ customer_id })).toMatchObject({
    is_delivered: false,
    status_code: 0,
    error: expect.stringContaining('ADDRESS_REFUSED'),
  })
  await closed.close()
})
