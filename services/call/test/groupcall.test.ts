import { callContract } from '@voipbin/contracts/call'
import { NIL_ID } from '@voipbin/contracts/fields'
import { recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, type Calls, customer, startCalls } from './call-system.ts'

let calls: Calls
beforeEach(async () => {
  calls = await startCalls()
  await calls.beat()
})
afterEach(() => calls.close())

const to = (name: string) => ({ type: 'sip' as const, target: `${name}@x.example` })
const [ann, bob, carol] = [to('ann'), to('bob'), to('carol')]
const talk = acts({ type: 'talk', option: { text: 'hello' } })
const get = (id: string) => calls.client.getCall({ id })
const group = (id: string) => calls.client.getGroupcall({ id })
const dialled = () => calls.toldTo('dial').map(({ destination }) => String(destination).replace(/^sip:|@.*$/g, ''))
const callTo = (name: string) => String(calls.toldTo('dial').find(({ destination }) => String(destination).includes(name))?.['id'])

async function create(more: object = {}) {
  const made = await calls.client.createGroupcall({
    ...{ customer_id: customer.id, source: ann, destinations: [bob, carol], actions: talk },
    ...{ ring_method: 'ring_all', answer_method: 'hangup_others' },
    ...more,
  })
  await calls.settle()
  return made.id
}

describe('a groupcall', () => {
  test('rings all, and the first answer runs the flow', async () => {
    const log = await recordEvents(calls.system.bus, [callContract])
    const id = await create()
    expect(dialled().sort()).toEqual(['bob', 'carol'])
    expect(await group(id)).toMatchObject({ status: 'progressing', call_count: 2, call_ids: [expect.any(String), expect.any(String)] })
    const [winner, loser] = [callTo('bob'), callTo('carol')]
    await calls.answered(winner)
    expect(calls.toldTo('hangup')).toMatchObject([{ id: loser, cause: 26 }])
    await calls.ended(loser, { cause: 26, by: 'local' })
    expect(await group(id)).toMatchObject({ status: 'progressing', answer_call_id: winner, call_count: 1 })
    expect(calls.state.spoken).toEqual(['hello'])
    expect(await get(loser)).toMatchObject({ status: 'hangup', hangup_reason: 'cancel' })
    await calls.ended(winner)
    expect(await group(id)).toMatchObject({ status: 'hangup', call_count: 0 })
    const types = log.events.map(({ type }) => type).filter((type) => /groupcall_(?!updated)/.test(type))
    expect(types).toEqual(['groupcall_created', 'groupcall_progressing', 'groupcall_hangup'])
  })

  test('has one winner, however close the answers are', async () => {
    const id = await create()
    const ids = [callTo('bob'), callTo('carol')]
    await Promise.all(ids.map((each) => calls.tell('channel.answered', each, { codec: 'PCMU' })))
    await calls.settle()
    const { answer_call_id } = await group(id)
    const loser = ids.find((each) => each !== answer_call_id)
    expect(calls.toldTo('hangup')).toMatchObject([{ id: loser, cause: 26 }])
    expect(calls.state.spoken).toEqual(['hello'])
    expect(await get(String(loser))).toMatchObject({ activeflow_id: expect.any(String), execution_id: NIL_ID })
  })

  test('that hangs nobody up has as many flows as answers', async () => {
    await create({ answer_method: '' })
    await calls.answered(callTo('bob'))
    await calls.answered(callTo('carol'))
    expect(calls.toldTo('hangup')).toEqual([])
    expect(calls.state.spoken).toEqual(['hello', 'hello'])
  })

  test('goes on with the next where it is linear, until one answers', async () => {
    const id = await create({ ring_method: 'linear', destinations: [bob, carol, to('dave')] })
    expect(dialled()).toEqual(['bob'])
    await calls.ended(callTo('bob'), { cause: 17 })
    expect(dialled()).toEqual(['bob', 'carol'])
    await calls.answered(callTo('carol'))
    await calls.ended(callTo('carol'))
    expect(dialled()).toEqual(['bob', 'carol'])
    expect(await group(id)).toMatchObject({ status: 'hangup', dial_index: 1 })
  })

  test('that is linear ends with its last destination, and passes over who is not there', async () => {
    const nobody = { type: 'extension' as const, target: 'nobody' }
    const id = await create({ ring_method: 'linear', destinations: [nobody, bob, nobody] })
    expect(dialled()).toEqual(['bob'])
    await calls.ended(callTo('bob'), { cause: 19 })
    expect(await group(id)).toMatchObject({ status: 'hangup', dial_index: 2 })
  })

  test('is hung up with all that is in it', async () => {
    const id = await create()
    expect(await calls.client.hangupGroupcall({ id })).toMatchObject({ status: 'hangingup' })
    await calls.settle()
    expect(calls.toldTo('hangup')).toHaveLength(2)
    for (const name of ['bob', 'carol']) await calls.ended(callTo(name), { by: 'local' })
    expect(await group(id)).toMatchObject({ status: 'hangup' })
    expect(await calls.client.hangupGroupcall({ id })).toMatchObject({ status: 'hangup' })
  })

  test('deleted is hung up, and gone', async () => {
    const id = await create()
    await calls.client.deleteGroupcall({ id })
    await calls.settle()
    expect(calls.toldTo('hangup')).toHaveLength(2)
    await expect(group(id)).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })

  test('a call of it that is deleted leaves it too', async () => {
    const id = await create({ destinations: [bob] })
    await calls.client.deleteCall({ id: callTo('bob') })
    await calls.settle()
    expect(calls.toldTo('hangup')).toHaveLength(1)
    expect(await group(id)).toMatchObject({ status: 'hangup' })
  })
})

describe('an agent', () => {
  const agent = crypto.randomUUID()
  const nested = async (id: string) => group((await group(id)).groupcall_ids[0] ?? '')
  const at = (ring_method: 'ringall' | 'linear') => {
    calls.state.agents = {
      [agent]: { addresses: [bob, carol].map((each) => ({ ...each, target_name: '', name: '', detail: '' })), ring_method },
    }
  }
  const toAgent = { destinations: [{ type: 'agent', target: agent }, to('dave')] }

  test('rings at all addresses, as a groupcall in the groupcall, and its answer is that of both', async () => {
    at('ringall')
    const id = await create(toAgent)
    expect(dialled().sort()).toEqual(['bob', 'carol', 'dave'])
    await calls.answered(callTo('carol'))
    expect(
      calls
        .toldTo('hangup')
        .map(({ id: each, cause }) => [each, cause])
        .sort(),
    ).toEqual([callTo('bob'), callTo('dave')].map((each) => [each, 26]).sort())
    const inner = await nested(id)
    expect(inner).toMatchObject({ answer_call_id: callTo('carol'), master_groupcall_id: id })
    expect(await group(id)).toMatchObject({ answer_call_id: callTo('carol'), answer_groupcall_id: inner.id })
    for (const name of ['bob', 'dave', 'carol']) await calls.ended(callTo(name))
    expect([(await nested(id)).status, (await group(id)).status]).toEqual(['hangup', 'hangup'])
  })

  test('stops ringing when somebody else answers', async () => {
    at('ringall')
    const id = await create(toAgent)
    await calls.answered(callTo('dave'))
    expect(
      calls
        .toldTo('hangup')
        .map(({ id: each }) => each)
        .sort(),
    ).toEqual([callTo('bob'), callTo('carol')].sort())
    expect(await nested(id)).toMatchObject({ status: 'hangingup' })
  })

  test('who wants it so rings at one address after the other, the only destination or not', async () => {
    at('linear')
    const id = await create({ destinations: [{ type: 'agent', target: agent }] })
    expect(dialled()).toEqual(['bob'])
    await calls.ended(callTo('bob'), { cause: 19 })
    expect(dialled()).toEqual(['bob', 'carol'])
    await calls.ended(callTo('carol'), { cause: 19 })
    expect(await group(id)).toMatchObject({ status: 'hangup', hangup_reason: 'noanswer' })
  })
})

describe('POST /calls', () => {
  const placed = (more: object = {}, options: object = {}) =>
    calls.client.createCalls({ customer_id: customer.id, source: ann, destinations: [bob], actions: talk, ...more }, options)

  test('makes a call for an address, and a groupcall for an extension', async () => {
    const { calls: made, groupcalls } = await placed({
      destinations: [bob, { type: 'extension', target: '2000' }],
      variables: { a: 'b', 'voipbin.x': 'y' },
    })
    expect([made.length, groupcalls.length]).toEqual([1, 1])
    await calls.settle()
    await calls.answered(made[0]?.id ?? '')
    expect(calls.state.spoken).toEqual(['hello'])
    expect(calls.flow.asked[0]?.input).toMatchObject({ client_variables: { a: 'b' } })
  })

  test.each([
    ['of a customer who is frozen', { status: 'frozen' }, {}, 'CUSTOMER_NOT_ACTIVE'],
    [
      'to a number, of a customer nobody knows',
      { identity: 'none' },
      { destinations: [{ type: 'tel', target: '+15551234567' }] },
      'IDENTITY_VERIFICATION_REQUIRED',
    ],
    ['to what is no number', {}, { destinations: [{ type: 'tel', target: '5551234567' }] }, 'DESTINATION_INVALID'],
    ['that runs what cannot run', { broken: true }, {}, 'INVALID_ARGUMENT'],
  ])('%s is refused before anything is dialled', async (_what, state, more, reason) => {
    Object.assign(calls.state, state)
    await expect(placed(more)).rejects.toMatchObject({ reason })
    await calls.settle()
    expect(dialled()).toEqual([])
    expect((await calls.client.listCalls({ customer_id: customer.id })).result).toEqual([])
  })

  test.each([
    ['no number', '5551234567', 'must be a number such as +15551234567'],
    ['a number of no country', '+999123456789', 'the destination is no number of any country'],
  ])('to %s names the destination', async (_what, target, rule) => {
    const destinations = [bob, { type: 'tel', target }]
    await expect(placed({ destinations })).rejects.toMatchObject({
      reason: 'DESTINATION_INVALID',
      details: [{ field: 'destinations.1.target', rule }],
    })
  })

  test('under the key of an earlier one answers as that one did, and dials nothing', async () => {
    const key = { operationId: 'wish', repeated: true }
    const [first, again] = await Promise.all([placed({}, key), placed({}, key)])
    expect(again).toEqual(first)
    await calls.settle()
    calls.state.status = 'frozen'
    expect(await placed({}, key)).toEqual(first)
    await expect(placed({ destinations: [carol] }, key)).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' })
    await calls.settle()
    expect(dialled()).toEqual(['bob'])
  })

  test('of a groupcall is as much one wish', async () => {
    const key = { operationId: 'wish', repeated: true }
    const wish = () => calls.client.createGroupcall({ customer_id: customer.id, source: ann, destinations: [bob], actions: talk }, key)
    const first = await wish()
    expect(await wish()).toEqual(first)
    await calls.settle()
    expect(dialled()).toEqual(['bob'])
  })

  test('given up before it has a node is never dialled', async () => {
    const { calls: made } = await placed()
    const [id = ''] = made.map((call) => call.id)
    await calls.client.hangupCall({ id })
    await calls.clock.advance(2000)
    expect(dialled()).toEqual([])
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'cancel', hangup_by: 'local' })
  })
})
