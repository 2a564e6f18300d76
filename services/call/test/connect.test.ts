import { callContract } from '@voipbin/contracts/call'
import { customerContract } from '@voipbin/contracts/customer'
import { publishEvent, recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, type Calls, customer, NODE, startCalls } from './call-system.ts'

let calls: Calls
beforeEach(async () => {
  calls = await startCalls()
})
afterEach(() => calls.close())

const bob = { type: 'sip', target: 'bob@b.example' }
const carol = { type: 'sip', target: 'carol@c.example' }
const after = { type: 'talk', option: { text: 'after', language: '', provider: '', voice_id: '', gender: '', digits_handle: '' } }
const get = (id: string) => calls.client.getCall({ id })

/** A caller, and those whom the flow has called for it. */
async function connected(option: object = {}, { isAnswered = false } = {}) {
  calls.state.flow = acts(
    ...(isAnswered ? [{ type: 'answer' }, { type: 'sleep', option: { duration: 1000 } }] : []),
    { type: 'connect', option: { destinations: [bob], ...option } },
    after,
  )
  const { id: caller } = await calls.offer()
  if (isAnswered) {
    await calls.answered(caller)
    await calls.clock.advance(1100)
  }
  const callees = calls.toldTo('dial').map(({ id }) => String(id))
  const room = (await get(caller)).confbridge_id
  return { caller, callees, callee: callees[0] ?? '', room }
}

/** Bob has answered, and the node has brought both together. */
async function talking(option: object = {}) {
  const all = await connected(option)
  await calls.answered(all.callee)
  await calls.answered(all.caller)
  await calls.joined(all.callee, all.room)
  await calls.joined(all.caller, all.room)
  return all
}

describe('connect', () => {
  test('rings whom it is for, on the node and in the name of the caller', async () => {
    const { caller, callee } = await connected()
    expect(calls.commands()).toEqual(expect.arrayContaining(['ring', 'createBridge', 'dial']))
    expect(calls.commands().indexOf('createBridge')).toBeLessThan(calls.commands().indexOf('dial'))
    expect(calls.toldTo('dial')).toMatchObject([
      { destination: 'sip:bob@b.example', affinity: caller, from: { user: '+15552000' }, early_bridge_id: null },
    ])
    expect(await get(callee)).toMatchObject({ master_call_id: caller, node_id: NODE, status: 'dialing', source: { target: '+15552000' } })
    expect(await get(caller)).toMatchObject({ status: 'ringing', action: { type: 'connect' } })
  })

  test('brings both together as soon as the callee answers, and answers the caller', async () => {
    const { caller, callee, room } = await connected()
    await calls.ringing(callee)
    calls.told.length = 0
    await calls.answered(callee)
    expect(calls.toldTo('answer')).toMatchObject([{ id: caller }])
    expect(
      calls
        .toldTo('join')
        .map(({ id, bridge_id }) => [id, bridge_id])
        .sort(),
    ).toEqual([caller, callee].map((id) => [id, room]).sort())
    expect(calls.flow.asked.map(({ method }) => method)).toEqual(['startActiveflow'])
    await calls.answered(caller)
    await calls.joined(callee, room)
    await calls.joined(caller, room)
    expect(await calls.client.getConfbridge({ id: room })).toMatchObject({
      type: 'connect',
      status: 'progressing',
      call_ids: [callee, caller],
    })
    expect(await get(caller)).toMatchObject({ status: 'progressing', action: { type: 'connect' } })
    expect(await get(callee)).toMatchObject({ status: 'progressing' })
  })

  test('a caller who was answered before hears ring-back, behind which the room is', async () => {
    const { caller, callee, room } = await connected({}, { isAnswered: true })
    expect(calls.toldTo('background')).toMatchObject([{ id: caller, kind: 'ringback' }])
    expect(calls.toldTo('join')).toMatchObject([{ id: caller, bridge_id: room }])
    await calls.answered(callee)
    expect(calls.toldTo('background').at(-1)).toMatchObject({ id: caller, kind: 'none' })
    expect(calls.toldTo('join').at(-1)?.['id'] === callee || calls.toldTo('join').some(({ id }) => id === callee)).toBe(true)
  })

  test('the flow of the caller goes on when the callee hangs up, and the room is over', async () => {
    const { caller, callee, room } = await talking()
    const log = await recordEvents(calls.system.bus, [callContract])
    await calls.left(callee, room)
    await calls.ended(callee)
    await calls.settle()
    expect(calls.state.spoken).toEqual(['after'])
    expect(calls.toldTo('destroyBridge')).toMatchObject([{ id: room }])
    await calls.left(caller, room)
    expect(await calls.client.getConfbridge({ id: room })).toMatchObject({ status: 'terminated', call_ids: [] })
    expect(log.events.map(({ type }) => type).filter((type) => type.startsWith('confbridge'))).toEqual([
      'confbridge_leaved',
      'confbridge_terminating',
      'confbridge_leaved',
      'confbridge_terminated',
    ])
    expect(await get(callee)).toMatchObject({ status: 'hangup', hangup_by: 'remote', hangup_reason: 'normal' })
    expect(await get(caller)).toMatchObject({ status: 'progressing' })
  })

  test('the callee is hung up when the caller hangs up, and the flow runs nothing more', async () => {
    const { caller, callee, room } = await talking()
    calls.told.length = 0
    await calls.left(caller, room)
    await calls.ended(caller)
    await calls.clock.advance(500)
    expect(calls.toldTo('hangup')).toMatchObject([{ id: callee }])
    await calls.ended(callee, { by: 'local' })
    expect(calls.state.spoken).toEqual([])
    expect(await calls.client.getConfbridge({ id: room })).toMatchObject({ status: 'terminated' })
    expect(await get(caller)).toMatchObject({ status: 'hangup', hangup_by: 'remote' })
  })

  test('a caller who gives up cancels whatever rings', async () => {
    const { caller, callees } = await connected({ destinations: [bob, carol] })
    calls.told.length = 0
    await calls.ended(caller)
    expect(
      calls
        .toldTo('hangup')
        .map(({ id }) => id)
        .sort(),
    ).toEqual([...callees].sort())
    for (const callee of callees) expect(await get(callee)).toMatchObject({ status: 'canceling' })
    await calls.answered(callees[0] ?? '')
    expect(calls.toldTo('join')).toEqual([])
  })

  test.each([
    ['is busy', 17],
    ['does not answer', 19],
    ['rejects', 21],
    ['cannot be reached', 38],
  ])('goes on when the callee %s', async (_what, cause) => {
    const { caller, callee, room } = await connected()
    await calls.ended(callee, { cause })
    expect(calls.state.spoken).toEqual(['after'])
    expect(await calls.client.getConfbridge({ id: room })).toMatchObject({ status: 'terminated' })
    expect(await get(caller)).toMatchObject({ status: 'ringing', action: { type: 'talk' } })
  })

  test('goes on only when all have failed', async () => {
    const { callees } = await connected({ destinations: [bob, carol] })
    await calls.ended(callees[0] ?? '', { cause: 17 })
    expect(calls.state.spoken).toEqual([])
    await calls.ended(callees[1] ?? '', { cause: 19 })
    expect(calls.state.spoken).toEqual(['after'])
  })

  test.each([
    ['busy', 17],
    ['noanswer', 19],
    ['failed', 38],
  ])('tells the caller that the callee was %s, where it is asked to', async (_reason, cause) => {
    const { caller, callee } = await connected({ relay_reason: true })
    await calls.ended(callee, { cause })
    expect(calls.state.spoken).toEqual([])
    expect(calls.toldTo('hangup')).toMatchObject([{ id: caller, cause }])
  })

  test('goes on at once where nobody is registered', async () => {
    calls.state.flow = acts({ type: 'connect', option: { destinations: [{ type: 'extension', target: 'nobody' }] } }, after)
    await calls.offer()
    expect(calls.state.spoken).toEqual(['after'])
  })

  test.each([
    ['is registered, as not there at present', { 2000: crypto.randomUUID() }, 20],
    ['has that name, as unknown', {}, 1],
  ])('tells the caller that nobody %s', async (_what, extensions, cause) => {
    calls.state.extensions = extensions
    const destinations = [{ type: 'extension', target: '2000' }]
    calls.state.flow = acts({ type: 'connect', option: { destinations, relay_reason: true } }, after)
    const { id } = await calls.offer()
    expect(calls.state.spoken).toEqual([])
    expect(calls.toldTo('hangup')).toMatchObject([{ id, cause }])
  })

  test('early media of a single callee is heard before the answer', async () => {
    const { caller, callee, room } = await connected({ early_media: true })
    expect(calls.toldTo('dial')).toMatchObject([{ early_bridge_id: room }])
    await calls.ringing(callee, true)
    expect(calls.toldTo('join')).toMatchObject([{ id: caller, bridge_id: room }])
    expect(calls.toldTo('answer')).toEqual([])
    await calls.joined(callee, room)
    await calls.left(callee, room)
    await calls.ended(callee, { cause: 17 })
    expect(calls.state.spoken).toEqual(['after'])
  })

  test('every phone of an extension rings, and the first one has the call', async () => {
    const id = crypto.randomUUID()
    calls.state.extensions = { 2000: id }
    calls.state.bindings = { [id]: ['sip:a@192.0.2.7', 'sip:b@192.0.2.8'] }
    const { callees } = await connected({ destinations: [{ type: 'extension', target: '2000' }] })
    expect(calls.toldTo('dial').map(({ destination, flow }) => [destination, flow])).toEqual([
      ['sip:a@192.0.2.7', 'flow of sip:a@192.0.2.7'],
      ['sip:b@192.0.2.8', 'flow of sip:b@192.0.2.8'],
    ])
    expect(calls.toldTo('dial')).toMatchObject(Array(2).fill({ registered_at: 'udp:192.0.2.1:5060', is_trusted: false }))
    await calls.answered(callees[1] ?? '')
    expect(calls.toldTo('hangup')).toMatchObject([{ id: callees[0], cause: 26 }])
  })

  test('withholds the caller where it is asked to', async () => {
    await connected({ anonymous: 'yes' })
    expect(calls.toldTo('dial')).toMatchObject([{ from: { is_anonymous: true } }])
  })

  test('when its customer is deleted, calls and room are gone from the node, too', async () => {
    const { caller, callee, room } = await talking()
    calls.told.length = 0
    await publishEvent(calls.system.bus, customerContract, 'customer_deleted', customer)
    await calls.clock.advance(2000)
    expect(calls.toldTo('hangup').map(({ id }) => id)).toEqual(expect.arrayContaining([caller, callee]))
    expect(calls.toldTo('destroyBridge')).toMatchObject([{ id: room }])
  })

  test('a node that is lost loses both, and the room', async () => {
    const { caller, callee, room } = await talking()
    await calls.beat()
    await calls.clock.advance(10_000)
    expect([(await get(caller)).status, (await get(callee)).status]).toEqual(['hangup', 'hangup'])
    expect(await calls.client.getConfbridge({ id: room })).toMatchObject({ status: 'terminated', call_ids: [] })
  })
})
