import { webhookDeliveryDetail } from '@voipbin/contracts/webhook'
import { compareColumns } from '@voipbin/sql'
import { answering, createMysqlDatabase, type MysqlDatabase, type Receiver, requireServer, startReceiver } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deleteDeliveries, insertDelivery } from '../src/store/deliveries.ts'
import { joinQueue, leaveQueue } from '../src/store/queues.ts'
import { expectStates, startWebhook, statesOf, type Webhook } from './webhook-system.ts'

const server = requireServer('sql')

describe.skipIf(server === undefined)('webhook on MySQL', () => {
  let database: MysqlDatabase
  let webhook: Webhook
  let at: Receiver
  beforeAll(async () => {
    database = await createMysqlDatabase(server ?? '')
    webhook = await startWebhook({ sqlUrl: database.url })
    at = await startReceiver()
  })
  afterAll(async () => {
    await at?.close()
    await webhook?.close()
    await database?.drop()
  })
  /** The answers of a server come when its loops look already elsewhere: time passes until they see them. */
  const inTime = (check: () => Promise<void>) =>
    webhook.eventually(async () => {
      await webhook.clock.advance(500)
      await check()
    })
  const engine = () => {
    const found = webhook.system.platform.services[0]?.database?.engine
    if (!found) throw new TypeError('no database')
    return found
  }
  const count = async (table: string) => Number((await engine().reader.all(`select count(*) as total from ${table}`, []))[0]?.['total'])

  test('deliveries fit their table', async () => {
    expect(await compareColumns(engine(), 'webhook_deliveries', webhookDeliveryDetail)).toEqual([])
  })

  test('what comes while a queue ends is neither lost nor sent twice, and stays in order', async () => {
    const customer_id = await webhook.customer(at.uri)
    const ids = Array.from({ length: 8 }, () => crypto.randomUUID())
    for (let n = 0; n < 25; n++)
      await Promise.all(ids.map((id) => webhook.publish('call_updated', { customer_id, id, status: `s${n}`, version: n + 1 })))
    await webhook.eventually(() => expect(at.received).toHaveLength(200))
    await webhook.eventually(() => expectStates(webhook, customer_id, Array(200).fill('delivered')))
    for (const id of ids) {
      const own = at.received.filter(({ body }) => body.data['id'] === id).map(({ body }) => body.data['status'])
      expect(own).toEqual(Array.from({ length: 25 }, (_, n) => `s${n}`))
    }
    await webhook.eventually(async () => expect(await count('webhook_queues')).toBe(0))
  })

  test('who joins a queue while another ends it is seen, or knows that it is the first', async () => {
    const { database: own } = webhook.system.platform.services[0] ?? {}
    if (!own) throw new TypeError('no database')
    const customer_id = crypto.randomUUID()
    const queue = { destination_id: customer_id, order_key: 'call:a' }
    const fields = {
      ...queue,
      customer_id,
      event_id: crypto.randomUUID(),
      event_type: 'call_created',
      resource_id: 'a',
      tm_next: null,
      body: '{}',
    }
    const origin = (operationId: string) => ({ service: 'webhook', operationId, requestId: '', trace: '' })
    await own.transaction(origin('first'), async (tx) => void (await joinQueue(tx, queue)))
    const [hasJoined, mayCommit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const joining = own.transaction(origin('join'), async (tx) => {
      const { position, isFirst } = await joinQueue(tx, queue)
      await insertDelivery(tx, { ...fields, position })
      hasJoined.resolve()
      await mayCommit.promise
      return isFirst
    })
    await hasJoined.promise
    const leaving = own.transaction(origin('leave'), (tx) => leaveQueue(tx, queue))
    // Long enough for the one that leaves to come to where it must wait.
    setTimeout(mayCommit.resolve, 200)
    const [isFirst, goesOn] = await Promise.all([joining, leaving])
    expect({ isFirst, goesOn }).toEqual({ isFirst: false, goesOn: true })
    await own.transaction(origin('end'), async (tx) => void (await deleteDeliveries(tx, customer_id, 10)))
    expect(await own.transaction(origin('again'), (tx) => leaveQueue(tx, queue))).toBe(false)
  })

  test('failing, replay, deletion of the customer and of what is old are the same as elsewhere', async () => {
    const customer_id = await webhook.customer(at.uri)
    at.behave = answering(400)
    const id = crypto.randomUUID()
    await webhook.publish('call_created', { customer_id, id })
    await inTime(() => expectStates(webhook, customer_id, ['rejected']))
    const [delivery] = await webhook.deliveries(customer_id, { state: 'rejected', resource_id: id })
    at.behave = answering(500)
    await webhook.client.replayWebhookDelivery({ id: delivery?.id ?? '' })
    await inTime(async () => expect((await webhook.deliveries(customer_id))[0]).toMatchObject({ state: 'waiting', attempt_count: 2 }))
    at.behave = answering(200)
    await inTime(() => expectStates(webhook, customer_id, ['delivered']))
    for (let day = 0; day < 32; day++) {
      await webhook.clock.jump(86_400_000)
      await webhook.clock.settle()
    }
    await inTime(async () => expect(statesOf(await webhook.deliveries(customer_id))).toEqual([]))
    await webhook.publish('call_created', { customer_id })
    await inTime(() => expectStates(webhook, customer_id, ['delivered']))
    await webhook.remove(customer_id)
    await inTime(() => expectStates(webhook, customer_id, []))
  })
})
