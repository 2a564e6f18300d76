import { customerContract } from '@voipbin/contracts/customer'
import { NIL_ID } from '@voipbin/contracts/fields'
import { publishEvent } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, type Calls, customer, EPOCH, startCalls } from './call-system.ts'

let calls: Calls
let id: string
beforeEach(async () => {
  calls = await startCalls()
  calls.state.flow = acts({ type: 'answer' }, { type: 'sleep', option: { duration: 600_000 } })
  id = (await calls.offer()).id
  await calls.answered(id)
  calls.told.length = 0
})
afterEach(() => calls.close())

describe('a call under way', () => {
  test.each([
    ['holdCall', 'hold', { is_on_hold: true }],
    ['unholdCall', 'hold', { is_on_hold: false }],
    ['playMoh', 'background', { kind: 'moh' }],
    ['stopMoh', 'background', { kind: 'silence' }],
    ['playSilence', 'background', { kind: 'silence' }],
    ['stopSilence', 'background', { kind: 'none' }],
  ] as const)('%s', async (method, command, input) => {
    await calls.client[method]({ id })
    await calls.settle()
    expect(calls.told).toEqual([{ method: command, input: { id, epoch: EPOCH, ...input } }])
  })

  test('is muted on both sides, and un-muted on one', async () => {
    expect(await calls.client.muteCall({ id })).toMatchObject({ mute_direction: 'both' })
    expect(await calls.client.unmuteCall({ id, direction: 'in' })).toMatchObject({ mute_direction: 'out' })
    await calls.settle()
    expect(calls.told.map(({ input }) => input['direction'])).toEqual(['both', 'out'])
  })

  test('is spoken to beside its flow', async () => {
    await calls.client.talkOnCall({ id, text: 'hear me' })
    await calls.settle()
    expect(calls.told).toMatchObject([{ method: 'play', input: { media: [{ url: expect.stringContaining('hear') }] } }])
  })

  test('is not spoken to by somebody who is not there', async () => {
    const said = calls.client.talkOnCall({ id, text: 'hear me', provider: 'nobody' })
    await expect(said).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      reason: 'SPEECH_PROVIDER_UNKNOWN',
      details: [{ field: 'provider' }],
    })
    await calls.settle()
    expect(calls.told).toEqual([])
  })

  test('goes on where a text cannot be said, and nothing is tried again', async () => {
    await calls.client.talkOnCall({ id, text: 'no voice' })
    await calls.clock.advance(120_000)
    expect(calls.told).toEqual([])
    expect(calls.state.spoken).toEqual(['no voice'])
  })

  test('is hung up once, however often it is asked', async () => {
    expect(await calls.client.hangupCall({ id })).toMatchObject({ status: 'terminating' })
    expect(await calls.client.hangupCall({ id })).toMatchObject({ status: 'terminating' })
    await calls.settle()
    expect(calls.commands()).toEqual(['hangup'])
    await expect(calls.client.holdCall({ id })).rejects.toMatchObject({ reason: 'CALL_NOT_PROGRESSING' })
    await calls.ended(id)
    expect(await calls.client.getCall({ id })).toMatchObject({ status: 'hangup', hangup_by: 'local' })
    expect(await calls.client.hangupCall({ id })).toMatchObject({ status: 'hangup' })
  })

  test('deleted is hung up, and gone', async () => {
    await calls.client.deleteCall({ id })
    await calls.settle()
    await expect(calls.client.getCall({ id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })

  test('deleted ends its flow', async () => {
    const { activeflow_id } = await calls.client.getCall({ id })
    await calls.client.deleteCall({ id })
    await calls.settle()
    expect(calls.flow.asked.at(-1)).toMatchObject({ method: 'endActiveflow', input: { id: activeflow_id } })
  })

  test('is hung up when its customer is deleted', async () => {
    await publishEvent(calls.system.bus, customerContract, 'customer_deleted', { ...customer, version: 2 })
    await calls.settle()
    expect(calls.toldTo('hangup')).toMatchObject([{ id }])
  })

  test('hangs up when its flow is stopped, and only then', async () => {
    const { activeflow_id } = await calls.client.getCall({ id })
    await calls.client.endOfFlow({ id, activeflow_id: crypto.randomUUID() })
    expect(await calls.client.getCall({ id })).toMatchObject({ status: 'progressing' })
    await calls.client.endOfFlow({ id, activeflow_id })
    await calls.settle()
    expect(calls.commands()).toEqual(['hangup'])
  })

  test('does what its flow finds by itself', async () => {
    const { activeflow_id } = await calls.client.getCall({ id })
    const step = {
      activeflow_id,
      state: 'run',
      execution_id: crypto.randomUUID(),
      actions: acts({ type: 'beep', id: crypto.randomUUID() }),
    } as const
    await calls.client.takeStep({ id, step })
    await calls.client.takeStep({ id, step })
    await calls.settle()
    expect(calls.told).toMatchObject([{ method: 'play', input: { id: step.execution_id, media: [{ tone: 'beep' }] } }])
  })
})

describe('a node', () => {
  const status = async () => (await calls.client.getCall({ id })).status

  test('that goes on being heard keeps its calls', async () => {
    for (let beats = 0; beats < 10; beats++) {
      await calls.beat()
      await calls.clock.advance(2000)
    }
    expect(await status()).toBe('progressing')
  })

  test('that is not heard of any more loses them within ten seconds', async () => {
    await calls.beat()
    await calls.clock.advance(10_000)
    expect(await calls.client.getCall({ id })).toMatchObject({ status: 'hangup', hangup_by: 'local' })
  })

  test('that starts anew has none of what it had', async () => {
    await calls.beat()
    await calls.beat('88888888-8888-4888-8888-888888888888')
    await calls.clock.advance(100)
    expect(await status()).toBe('hangup')
  })
})

test('a call that is hung up when its node is lost already is closed, though nobody tells of its end', async () => {
  calls.state.isAway = true
  await calls.client.hangupCall({ id })
  await calls.clock.advance(60_000)
  expect(await calls.client.getCall({ id })).toMatchObject({ status: 'hangup' })
})

describe('outgoing calls of a flow', () => {
  const placed = (more = {}) => ({
    ...{ customer_id: customer.id, master_call_id: id, flow_id: NIL_ID, is_chained: true, has_early_execution: false, variables: {} },
    source: { type: 'sip' as const, target: 'ann@a.example' },
    destinations: [{ type: 'sip' as const, target: 'bob@b.example' }],
    actions: acts({ type: 'talk', option: { text: 'hi' } }),
    anonymous: 'auto' as const,
    ...more,
  })
  const place = async (more = {}) => {
    await calls.beat()
    const { call_ids } = await calls.client.placeCalls(placed(more))
    await calls.settle()
    return call_ids[0] ?? ''
  }
  const get = (callId: string) => calls.client.getCall({ id: callId })

  test.each([
    ['sip', 'bob@b.example'],
    ['agent', crypto.randomUUID()],
  ] as const)('that are to end with a call are not made where it has ended: %s', async (type, target) => {
    await calls.ended(id)
    const { call_ids } = await calls.client.placeCalls(placed({ destinations: [{ type, target }] }))
    await calls.settle()
    expect(call_ids).toEqual([])
    expect((await calls.client.listGroupcalls({ customer_id: customer.id })).result).toEqual([])
    expect(calls.toldTo('dial')).toEqual([])
  })

  test('are dialled, ring, are answered and run their flow', async () => {
    const callee = await place()
    expect(calls.told).toMatchObject([
      { method: 'dial', input: { id: callee, destination: 'sip:bob@b.example', affinity: id, timeout_ms: 60_000 } },
    ])
    await calls.tell('channel.progress', callee, { is_ringing: true, has_early_media: false, sip_status: 180 })
    expect(await get(callee)).toMatchObject({ status: 'ringing', direction: 'outgoing' })
    await calls.answered(callee)
    expect(await get(callee)).toMatchObject({ status: 'progressing', action: { type: 'talk' } })
    expect(calls.state.spoken).toEqual(['hi'])
  })

  test.each([
    [17, 'busy'],
    [19, 'noanswer'],
    [21, 'noanswer'],
    [16, 'normal'],
    [38, 'failed'],
  ])('that end with cause %s are %s', async (cause, reason) => {
    const callee = await place()
    await calls.ended(callee, { cause })
    expect(await get(callee)).toMatchObject({ status: 'hangup', hangup_reason: reason })
  })

  test('end with the call that they are chained to', async () => {
    const callee = await place()
    await calls.ended(id)
    await calls.clock.advance(1000)
    expect(await get(callee)).toMatchObject({ status: 'canceling' })
  })

  test('that lead nowhere fail, and say so', async () => {
    const callee = await place({ destinations: [{ type: 'line', target: crypto.randomUUID() }] })
    expect(await get(callee)).toMatchObject({ status: 'hangup', hangup_reason: 'failed', hangup_by: 'local' })
  })

  test('that no node takes fail', async () => {
    calls.state.answer = { result: 'refused', rule: 'CAPACITY' }
    const callee = await place()
    expect(await get(callee)).toMatchObject({ status: 'hangup', hangup_reason: 'failed' })
  })
})
