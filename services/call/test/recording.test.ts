import { callContract } from '@voipbin/contracts/call'
import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, type Calls, callDoing, EPOCH, startCalls } from './call-system.ts'

const wav = { format: 'wav', end_of_silence: 0, end_of_key: '', duration: 0, on_end_flow_id: '' } as const
const after = { on_end_flow_id: '12345678-0000-4000-8000-000000000000' }

let calls: Calls
let id: string
beforeEach(async () => {
  calls = await startCalls()
})
afterEach(() => calls.close())

const call = async (...actions: object[]) => {
  id = await callDoing(calls, ...actions)
}
const start = async (more: object = {}) => {
  const { recording_id } = await calls.client.startCallRecording({ id, ...wav, ...more })
  await calls.settle()
  return recording_id
}
const get = (recordingId: string) => calls.client.getRecording({ id: recordingId })
const sent = (method: string) => calls.told.filter((told) => told.method === method).map(({ input }) => input)

describe('a recording asked for by a client', () => {
  beforeEach(() => call())

  test('begins, is stopped, and ends with its file', async () => {
    const log = await recordEvents(calls.system.bus, [callContract])
    const recording = await start({ duration: 60, end_of_silence: 3, end_of_key: 'any' })
    expect(await get(recording)).toMatchObject({ status: 'initiating', reference_id: id, tm_start: null, node_id: 'node-1' })
    expect(sent('record')).toEqual([
      {
        ...{ id: recording, epoch: EPOCH, subject: { kind: 'channel', id }, direction: 'both', beep: false },
        ...{ max_duration_ms: 60_000, end_silence_ms: 3000, end_digits: '0123456789*#ABCD', put_url: `blob:${recording}` },
      },
    ])
    await calls.recorded(id, 'started', recording)
    expect(await get(recording)).toMatchObject({ status: 'recording', tm_start: expect.any(String) })
    await calls.client.stopCallRecording({ id })
    await calls.client.stopCallRecording({ id })
    await calls.settle()
    // Asked for twice it is told once or twice, which is the same to a node.
    expect(new Set(sent('stopRecord').map((input) => JSON.stringify(input)))).toEqual(
      new Set([JSON.stringify({ id: recording, epoch: EPOCH })]),
    )
    expect(await get(recording)).toMatchObject({ status: 'stopping' })
    await calls.recorded(id, 'ended', recording)
    expect(await get(recording)).toMatchObject({ status: 'ended', error: '', duration_ms: 3000, file: `/recordings/${recording}.wav` })
    expect(await calls.client.getCall({ id })).toMatchObject({ recording_id: NIL_ID, recording_ids: [recording] })
    const told = log.events.filter(({ type }) => /^recording_(started|finished)$/.test(type))
    expect(told.map(({ type, order_key }) => [type, order_key])).toEqual([
      ['recording_started', id],
      ['recording_finished', id],
    ])
  })

  test('is one at a time', async () => {
    const recording = await start()
    await expect(start()).rejects.toMatchObject({ reason: 'RECORDING_ACTIVE' })
    await calls.recorded(id, 'ended', recording)
    expect(await start()).not.toBe(recording)
  })

  test('cannot be of a call that is not answered, nor be stopped where there is none', async () => {
    await expect(calls.client.stopCallRecording({ id })).rejects.toMatchObject({ reason: 'RECORDING_NOT_ACTIVE' })
    await calls.client.hangupCall({ id })
    await expect(start()).rejects.toMatchObject({ reason: 'CALL_NOT_PROGRESSING' })
  })

  test('that fails is over, and says why', async () => {
    const recording = await start()
    await calls.recorded(id, 'started', recording)
    await calls.recorded(id, 'failed', recording)
    expect(await get(recording)).toMatchObject({ status: 'ended', error: 'ENOSPC', tm_end: expect.any(String) })
    expect(await calls.client.getCall({ id })).toMatchObject({ recording_id: NIL_ID })
  })

  test.each([
    ['refused', 'the switch refused it: CHANNEL_NOT_ANSWERED'],
    ['gone', 'the call ended before it began'],
  ] as const)('that the switch answers with %s is over', async (result, error) => {
    calls.state.answer = { result, rule: 'CHANNEL_NOT_ANSWERED' }
    const recording = await start()
    expect(await get(recording)).toMatchObject({ status: 'ended', error })
    calls.state.answer = { result: 'ok', rule: '' }
    expect(await start()).not.toBe(recording)
  })

  test('stopped before the switch has it is stopped once it has', async () => {
    const { recording_id } = await calls.client.startCallRecording({ id, ...wav })
    await calls.client.stopCallRecording({ id })
    await calls.settle()
    expect(calls.told.findLast(({ input }) => input['id'] === recording_id)).toMatchObject({ method: 'stopRecord' })
    await calls.recorded(id, 'started', recording_id)
    expect(await get(recording_id)).toMatchObject({ status: 'stopping', tm_start: expect.any(String) })
  })

  test('ends before its call does, and with it where its end was never heard of', async () => {
    const recording = await start()
    await calls.ended(id)
    expect(await get(recording)).toMatchObject({ status: 'ended', error: 'the call ended before it began' })
  })

  test.each([false, true])('is lost with its node (call deleted: %s)', async (isDeleted) => {
    await calls.beat()
    const recording = await start()
    await calls.recorded(id, 'started', recording)
    if (isDeleted) await calls.client.deleteCall({ id })
    await calls.clock.advance(10_000)
    expect(await get(recording)).toMatchObject({ status: 'ended', error: 'the node is lost' })
  })

  test('deleted under way is stopped, and its call free', async () => {
    const recording = await start()
    await calls.client.deleteRecording({ id: recording })
    await calls.settle()
    expect(sent('stopRecord')).toEqual([{ id: recording, epoch: EPOCH }])
    await expect(get(recording)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    await calls.recorded(id, 'ended', recording)
    expect(await start()).not.toBe(recording)
  })

  test('is found by its call', async () => {
    const recording = await start()
    const { customer_id } = await get(recording)
    const of = async (reference_id: string) =>
      (await calls.client.listRecordings({ customer_id, reference_id })).result.map((each) => each.id)
    expect(await of(id)).toEqual([recording])
    expect(await of(recording)).toEqual([])
  })

  const followed = () => calls.flow.asked.filter(({ input }) => input['reference_type'] === 'recording').map(({ input }) => input)

  test('has the flow that follows it run once its file is there, and once', async () => {
    const recording = await start(after)
    await calls.recorded(id, 'ended', recording)
    await calls.recorded(id, 'ended', recording)
    await calls.clock.advance(30_000)
    expect(followed()).toEqual([])
    await calls.filed('file_created', recording)
    await calls.clock.advance(60_000)
    const { activeflow_id } = await get(recording)
    expect(followed()).toMatchObject([
      {
        ...{ flow_id: after.on_end_flow_id, reference_id: recording, reference_activeflow_id: activeflow_id },
        variables: {
          ...{ 'voipbin.recording.id': recording, 'voipbin.recording.reference_id': id, 'voipbin.recording.error': '' },
          'voipbin.recording.filenames': expect.stringMatching(new RegExp(`^call_${id}_2026-01-01T[^:]+\\.wav$`)),
          'voipbin.recording.url': `http://127.0.0.1:8080/v1.0/recordingfiles/${recording}`,
        },
      },
    ])
  })

  test('whose file does not come has it run a minute later, whether it failed or not', async () => {
    const recording = await start(after)
    await calls.recorded(id, 'started', recording)
    await calls.recorded(id, 'failed', recording)
    await calls.stored(recording, { is_stored: false, error: 'the store is away' })
    expect(await get(recording)).toMatchObject({ file_status: 'failed', file_error: 'the store is away', error: 'ENOSPC' })
    await calls.clock.advance(61_000)
    expect(followed()).toMatchObject([{ variables: { 'voipbin.recording.error': 'ENOSPC' } }])
    await calls.filed('file_created', recording)
    await calls.clock.advance(1000)
    expect(new Set(followed().map((input) => input['id'])).size).toBe(1)
  })

  test('that never began has it run at once', async () => {
    calls.state.answer = { result: 'gone', rule: '' }
    const recording = await start(after)
    await calls.clock.advance(100)
    expect(await get(recording)).toMatchObject({ file_status: 'none' })
    expect(followed()).toMatchObject([{ variables: { 'voipbin.recording.filenames': '' } }])
  })
})

describe('the file of a recording', () => {
  beforeEach(() => call())

  test('becomes one of the customer’s, and is told of as it goes', async () => {
    const recording = await start()
    expect(await get(recording)).toMatchObject({ file_status: 'none', filesize: 0 })
    await calls.recorded(id, 'ended', recording)
    expect(await get(recording)).toMatchObject({ file_status: 'waiting' })
    await calls.stored(recording, { is_stored: false, error: 'the store answered 500' })
    expect(await get(recording)).toMatchObject({ file_status: 'failed', file_error: 'the store answered 500' })
    await calls.stored(recording)
    await calls.stored(recording)
    const { customer_id } = await get(recording)
    expect(calls.kept[0]).toMatchObject({
      method: 'keep',
      input: {
        customer_id,
        recording_id: recording,
        blob_id: recording,
        filename: expect.stringMatching(/^call_.+\.wav$/),
        filesize: 96_044,
      },
    })
    await calls.filed('file_created', recording)
    expect(await get(recording)).toMatchObject({ file_status: 'stored', file_error: '', filesize: 96_044, duration_ms: 3000 })
    await calls.filed('file_deleted', recording)
    expect(await get(recording)).toMatchObject({ file_status: 'deleted', filesize: 0 })
  })

  test('comes after its node was lost, with the length of what there is', async () => {
    await calls.beat()
    const recording = await start()
    await calls.recorded(id, 'started', recording)
    await calls.clock.advance(10_000)
    expect(await get(recording)).toMatchObject({ error: 'the node is lost', file_status: 'waiting', duration_ms: 0 })
    await calls.stored(recording, { duration_ms: 2000 })
    await calls.filed('file_created', recording)
    expect(await get(recording)).toMatchObject({ error: 'the node is lost', file_status: 'stored', duration_ms: 2000 })
  })

  test('is deleted with its recording, also when it comes later', async () => {
    const first = await start()
    await calls.recorded(id, 'ended', first)
    await calls.client.deleteRecording({ id: first })
    await calls.settle()
    const dropped = { method: 'drop', input: { customer_id: expect.any(String), recording_id: first } }
    expect(calls.kept).toEqual([dropped])
    await calls.stored(first)
    expect(calls.kept).toEqual([dropped, dropped])
  })
})

describe('a recording of a room', () => {
  /** A caller and a callee in a room. */
  async function room(): Promise<string> {
    await call({ type: 'connect', option: { destinations: [{ type: 'sip', target: 'bob@b.example' }] } })
    const { confbridge_id } = await calls.client.getCall({ id })
    for (const each of [id, String(calls.toldTo('dial')[0]?.['id'])]) {
      await calls.answered(each)
      await calls.joined(each, confbridge_id)
    }
    return confbridge_id
  }
  const begin = async (of: string) => {
    const { recording_id } = await calls.client.startConfbridgeRecording({ id: of, ...wav, duration: 60 })
    await calls.settle()
    return recording_id
  }
  const inRoom = (of: string) => ({ subject: { kind: 'bridge', id: of }, subject_id: of })

  test('is its mix, one at a time, beside those of its calls, and ends when it is stopped', async () => {
    const of = await room()
    const recording = await begin(of)
    expect(sent('record')).toMatchObject([
      { id: recording, epoch: EPOCH, subject: { kind: 'bridge', id: of }, put_url: `blob:${recording}` },
    ])
    expect(await get(recording)).toMatchObject({ reference_type: 'confbridge', reference_id: of, node_id: 'node-1' })
    await expect(begin(of)).rejects.toMatchObject({ reason: 'RECORDING_ACTIVE' })
    await start()
    await calls.recorded(id, 'started', recording, inRoom(of))
    await calls.client.stopConfbridgeRecording({ id: of })
    await calls.settle()
    expect(sent('stopRecord')).toEqual([{ id: recording, epoch: EPOCH }])
    await calls.recorded(id, 'ended', recording, inRoom(of))
    expect(await get(recording)).toMatchObject({ status: 'ended', error: '' })
    expect(await calls.client.getConfbridge({ id: of })).toMatchObject({ recording_id: NIL_ID, recording_ids: [recording] })
    await expect(calls.client.stopConfbridgeRecording({ id: of })).rejects.toMatchObject({ reason: 'RECORDING_NOT_ACTIVE' })
    expect(await begin(of)).not.toBe(recording)
  })

  test('ends with it; one that is over, or on no node, is not recorded', async () => {
    const of = await room()
    calls.state.answer = { result: 'gone', rule: '' }
    const recording = await begin(of)
    expect(await get(recording)).toMatchObject({ status: 'ended', file_status: 'none' })
    calls.state.answer = { result: 'ok', rule: '' }
    await calls.left(id, of)
    await expect(begin(of)).rejects.toMatchObject({ reason: 'CONFBRIDGE_NOT_PROGRESSING' })
  })

  test('is lost with its node', async () => {
    await calls.beat()
    const of = await room()
    const recording = await begin(of)
    await calls.recorded(id, 'started', recording, inRoom(of))
    await calls.clock.advance(10_000)
    expect(await get(recording)).toMatchObject({ status: 'ended', error: 'the node is lost', file_status: 'waiting' })
    expect(await calls.client.getConfbridge({ id: of })).toMatchObject({ recording_id: NIL_ID })
  })
})

describe('a recording of a flow', () => {
  const begin = (option: object = {}) => ({ type: 'recording_start', option: { ...wav, on_end_flow_id: NIL_ID, ...option } })

  test('goes on beside it, with a beep where one is wanted', async () => {
    await call(begin({ beep_start: true, end_of_key: '#', duration: 5 }))
    expect(calls.commands()).toEqual(['answer', 'record'])
    expect(sent('record')).toMatchObject([{ beep: true, end_digits: '#', max_duration_ms: 5000 }])
    expect(await calls.client.getCall({ id })).toMatchObject({ action: { type: 'sleep' }, recording_ids: [sent('record')[0]?.['id']] })
  })

  test('is passed over where one is active, and the flow goes on', async () => {
    await call(begin(), begin())
    expect(calls.commands()).toEqual(['answer', 'record'])
    expect(await calls.client.getCall({ id })).toMatchObject({ action: { type: 'sleep' } })
  })

  test('is stopped by it; nothing is where there is none', async () => {
    await call({ type: 'recording_stop' }, begin(), { type: 'recording_stop' })
    expect(calls.commands()).toEqual(['answer', 'record', 'stopRecord'])
    expect(await get(String(sent('record')[0]?.['id']))).toMatchObject({ status: 'stopping' })
  })

  test('that the switch refuses stops no flow', async () => {
    calls.state.answer = { result: 'refused', rule: 'NO_ROOM' }
    await call(begin())
    expect(await get(String(sent('record')[0]?.['id']))).toMatchObject({ status: 'ended', error: 'the switch refused it: NO_ROOM' })
    expect(await calls.client.getCall({ id })).toMatchObject({ action: { type: 'sleep' }, recording_id: NIL_ID })
  })
})

test.each([0, 1])('one that begins while the answer of the flow is lost stops no call: %s before it', async (before) => {
  calls.state.flow = acts({ type: 'answer' }, { type: 'sleep', option: { duration: 5000 } }, { type: 'talk', option: { text: 'on' } })
  id = (await calls.offer()).id
  await calls.answered(id)
  for (let made = 0; made < before; made++) await calls.recorded(id, 'ended', await start())
  const { answers } = calls.flow
  const next = answers.nextAction
  let first: { readonly question: string; readonly step: unknown } | undefined
  // As the real one: asked again under the same name, it answers the same question only.
  answers.nextAction = (input) => {
    const question = JSON.stringify(input)
    const isLost = first === undefined
    first ??= { question, step: next(input) }
    if (isLost) throw new ServiceError('INTERNAL', 'INTERNAL', 'its answer is lost')
    if (first.question !== question) throw new ServiceError('ALREADY_EXISTS', 'IDEMPOTENCY_KEY_REUSED', 'asked about something else')
    return first.step as ReturnType<typeof next>
  }
  await calls.clock.advance(5000)
  expect(first).toBeDefined()
  await start()
  await calls.clock.advance(5000)
  expect(calls.state.spoken).toEqual(['on'])
})
