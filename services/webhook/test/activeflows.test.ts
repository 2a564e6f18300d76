import { NIL_ID } from '@voipbin/contracts/fields'
import { type Activeflow, flowContract } from '@voipbin/contracts/flow'
import { answering, hanging, publishEvent } from '@voipbin/test-kit'
import { describe, expect, test } from 'vitest'
import { expectStates, useWebhook, type Webhook } from './webhook-system.ts'

const DAY_MS = 86_400_000
let webhook: Webhook
const receiver = useWebhook((started) => {
  webhook = started
})

const times = { tm_create: '2026-01-01T00:00:00.000000Z', tm_update: null, tm_delete: null }
const ofFlow = { flow_id: NIL_ID, on_complete_flow_id: NIL_ID, current_action: null, forward_action_id: NIL_ID, executed_actions: [] }
const inside = { stacks: {}, current_stack_id: NIL_ID, execution_id: NIL_ID, execute_count: 0, complete_count: 0, has_call: false }
let version = 0

type Run = Partial<Activeflow> & { readonly customer_id: string }
const tell = (type: 'activeflow_created' | 'activeflow_updated', fields: Run): Promise<unknown> =>
  publishEvent(webhook.system.bus, flowContract, type, {
    ...{ id: crypto.randomUUID(), status: 'running', reference_type: 'api', reference_id: NIL_ID, reference_activeflow_id: NIL_ID },
    ...{ ...ofFlow, ...inside, variables: {}, end_reason: '', webhook_uri: '', webhook_method: '', version: ++version, ...times },
    ...fields,
  })

const typesOf = (received: readonly { readonly body: { readonly type: string } }[]) => received.map(({ body }) => body.type)
const count = async (table: string) =>
  Number(
    (await webhook.system.platform.services[0]?.database?.engine.reader.all(`select count(*) as total from ${table}`, []))?.[0]?.['total'],
  )

describe('a run of a flow with a webhook of its own', () => {
  test('is told what happens in it, signed as the customer signs, and the customer is told as well', async () => {
    const [own, customers] = [await receiver(), await receiver()]
    const customer_id = await webhook.customer(customers.uri)
    const id = crypto.randomUUID()
    const run = { id, customer_id, webhook_uri: own.uri, webhook_method: 'PUT' } as const
    await tell('activeflow_created', run)
    await webhook.publish('call_created', { customer_id, activeflow_id: id })
    await webhook.publish('call_created', { customer_id, activeflow_id: crypto.randomUUID() })
    await webhook.publish('call_created', { customer_id })
    await webhook.eventually(() => expect(own.received).toHaveLength(2))
    await webhook.eventually(() => expect(customers.received).toHaveLength(4))
    expect(typesOf(own.received).toSorted()).toEqual(['activeflow_created', 'call_created'])
    const [sent] = own.received
    expect(sent).toMatchObject({ method: 'PUT', headers: { 'x-voipbin-signature': expect.stringMatching(/^sha256=/) } })
    const same = customers.received.find(({ raw }) => raw === sent?.raw)
    expect(same?.headers['x-voipbin-signature']).toBe(sent?.headers['x-voipbin-signature'])
  })

  test('delays nobody else, however many runs of the same customer hang', async () => {
    const [own, well] = [await receiver(hanging), await receiver()]
    const [customer_id, served] = [await webhook.customer(''), await webhook.customer(well.uri)]
    for (let n = 0; n < 600; n++) await tell('activeflow_created', { customer_id, webhook_uri: own.uri })
    await webhook.eventually(() => expect(own.underWay()).toBeGreaterThanOrEqual(24))
    await webhook.publish('call_created', { customer_id: served })
    await webhook.eventually(() => expect(well.received).toHaveLength(1))
    expect(own.mostUnderWay()).toBe(24)
  })

  test('is told where the customer has no webhook at all', async () => {
    const own = await receiver()
    const customer_id = await webhook.customer('')
    const id = crypto.randomUUID()
    await tell('activeflow_created', { id, customer_id, webhook_uri: own.uri })
    await webhook.publish('call_hangup', { customer_id, activeflow_id: id })
    await webhook.eventually(() => expect(own.received).toHaveLength(2))
    expect(own.received[0]?.method).toBe('POST')
    await webhook.eventually(() => expectStates(webhook, customer_id, ['delivered', 'delivered']))
  })

  test('is no door to the events of another customer', async () => {
    const own = await receiver()
    const [customer_id, other] = [await webhook.customer(''), await webhook.customer('')]
    const id = crypto.randomUUID()
    await tell('activeflow_created', { id, customer_id, webhook_uri: own.uri })
    await webhook.publish('call_created', { customer_id: other, activeflow_id: id })
    await webhook.eventually(() => expect(own.received).toHaveLength(1))
    await webhook.clock.settle()
    expect(own.received).toHaveLength(1)
    await expectStates(webhook, other, [])
  })

  test('waits for its receiver without holding up that of the customer, and is forgotten a month after its end', async () => {
    const [own, customers] = [await receiver(answering(500)), await receiver()]
    const customer_id = await webhook.customer(customers.uri)
    const id = crypto.randomUUID()
    const run = { id, customer_id, webhook_uri: own.uri }
    await tell('activeflow_created', run)
    await tell('activeflow_updated', { ...run, status: 'ended' })
    await webhook.eventually(() => expect(customers.received).toHaveLength(2))
    own.behave = answering(200)
    await webhook.clock.advance(1001)
    await webhook.eventually(() =>
      expect(typesOf(own.received)).toEqual(['activeflow_created', 'activeflow_created', 'activeflow_updated']),
    )
    await webhook.clock.jump(29 * DAY_MS)
    expect(await count('webhook_activeflows')).toBe(1)
    await webhook.clock.jump(2 * DAY_MS)
    await webhook.eventually(async () => expect(await count('webhook_activeflows')).toBe(0))
  })

  test('is deleted with its customer', async () => {
    const own = await receiver()
    const customer_id = await webhook.customer('')
    const id = crypto.randomUUID()
    await tell('activeflow_created', { id, customer_id, webhook_uri: own.uri })
    await webhook.eventually(() => expect(own.received).toHaveLength(1))
    await webhook.remove(customer_id)
    await webhook.clock.advance(1000)
    await webhook.eventually(async () => expect(await count('webhook_activeflows')).toBe(0))
    await webhook.publish('call_created', { customer_id, activeflow_id: id })
    await webhook.clock.settle()
    await expectStates(webhook, customer_id, [])
  })
})
