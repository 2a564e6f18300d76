import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Calls, callDoing, customer, startCalls } from './call-system.ts'

const ANN = crypto.randomUUID()
const bob = { type: 'sip' as const, target: 'bob@b.example' }
const agent = (target: string) => ({ type: 'agent' as const, target })

let calls: Calls
beforeEach(async () => {
  calls = await startCalls()
  calls.state.agents = { [ANN]: { addresses: [], ring_method: 'ringall' } }
  await calls.beat()
})
afterEach(() => calls.close())

const place = (source: object) => calls.client.createCalls({ customer_id: customer.id, source, destinations: [bob] })

describe('a call in the name of an agent', () => {
  test('is that agent’s', async () => {
    const owner = { owner_type: 'agent', owner_id: ANN }
    expect((await place(agent(ANN))).calls).toMatchObject([owner])
    const wanted = { customer_id: customer.id, source: agent(ANN), destinations: [bob] }
    const { id } = await calls.client.createGroupcall(wanted)
    await calls.settle()
    const { call_ids, ...group } = await calls.client.getGroupcall({ id })
    expect([group, await calls.client.getCall({ id: call_ids[0] ?? '' })]).toMatchObject([owner, owner])
  })

  test.each([crypto.randomUUID(), 'bob'])('who is not the customer’s is refused: %s', async (target) => {
    await expect(place(agent(target))).rejects.toMatchObject({ status: 'INVALID_ARGUMENT', reason: 'SOURCE_NOT_OWNED' })
    const wanted = { customer_id: customer.id, source: agent(target), destinations: [bob] }
    await expect(calls.client.createGroupcall(wanted)).rejects.toMatchObject({ reason: 'SOURCE_NOT_OWNED' })
  })

  test.each([crypto.randomUUID(), 'bob'])('whom only a flow names is told to nobody, and dialled: %s', async (target) => {
    await callDoing(calls, { type: 'connect', option: { source: agent(target), destinations: [bob] } })
    const [dialled] = calls.toldTo('dial')
    expect(await calls.client.getCall({ id: String(dialled?.['id']) })).toMatchObject({ owner_type: '', status: 'dialing' })
  })
})
