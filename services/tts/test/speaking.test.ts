import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callContract } from '@voipbin/contracts/call'
import type { Confbridge } from '@voipbin/contracts/call-entities'
import { customerContract } from '@voipbin/contracts/customer'
import { NIL_ID } from '@voipbin/contracts/fields'
import { aCustomer, publishEvent } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aCall, customer_id, EPOCH, type Speakings, startSpeakings } from './speaking-system.ts'

let s: Speakings
let dataDir: string
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'voipbin-tts-'))
  s = await startSpeakings(dataDir)
})
afterEach(async () => {
  await s.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const begin = async (more: object = {}) => {
  const reference_id = s.call()
  const made = await s.client.createSpeaking({ customer_id, reference_type: 'call', reference_id, ...more })
  await s.finish()
  return made
}
const started = async (more: object = {}) => {
  const { id } = await begin(more)
  await s.tell('stream.started', id, { local_address: '' })
  return id
}
const say = async (id: string, text: string) => {
  await s.client.saySpeaking({ id, text })
  await s.finish()
}
const of = (method: string) => s.asked.filter((each) => each.method === method).map(({ input }) => input)
const marks = () => of('markStream').map(({ mark }) => String(mark))
const ok = { result: 'ok', rule: '' } as const
const statusOf = async (id: string) => (await s.client.getSpeaking({ id })).status

describe('a speaking', () => {
  test('opens a stream to the leg of its call, says texts sentence by sentence, and is stopped', async () => {
    const leg = crypto.randomUUID()
    const reference_id = s.call({ channel_id: leg })
    const made = await s.client.createSpeaking({ customer_id, reference_type: 'call', reference_id })
    const { id } = made
    expect(made).toMatchObject({ status: 'initiating', reference_id, direction: '' })
    await s.finish()
    expect(of('stream')).toEqual([{ id, epoch: EPOCH, subject: { kind: 'channel', id: leg }, speak: 'out' }])
    await s.tell('stream.started', id, { local_address: '' })
    expect(await statusOf(id)).toBe('active')
    await say(id, 'Welcome to our company, dear Bob. How may I help you today?')
    expect(s.told()).toEqual(['stream', 'stream', 'mark start', 'feed', 'feed', 'mark end'])
    expect(of('feedStream').map(({ media }) => media)).toEqual(Array(2).fill([{ url: expect.stringMatching(/^blob:/) }]))
    const [start = '', end = ''] = marks()
    await s.tell('stream.mark', id, { mark: start, is_flushed: false, error: '' })
    await s.tell('stream.mark', id, { mark: end, is_flushed: false, error: '' })
    await s.client.stopSpeaking({ id })
    await s.finish()
    expect(of('stopStream')).toEqual([{ id, epoch: EPOCH }])
    expect(await s.client.stopSpeaking({ id })).toMatchObject({ status: 'stopped' })
    expect(s.events()).toEqual([
      ...['speaking_created', 'speaking_started', 'message_initiated', 'message_queued', 'message_play_started'],
      ...['message_play_finished', 'speaking_stopped'],
    ])
    await expect(s.client.saySpeaking({ id, text: 'more' })).rejects.toMatchObject({ reason: 'SPEAKING_STOPPED' })
    await expect(s.client.flushSpeaking({ id })).rejects.toMatchObject({ reason: 'SPEAKING_STOPPED' })
  })

  test('in a room speaks to all of it', async () => {
    const id = crypto.randomUUID()
    const { tm_create, tm_update, tm_delete, version, node_id, epoch } = aCall()
    s.rooms.set(id, {
      ...{
        id,
        customer_id,
        tm_create,
        tm_update,
        tm_delete,
        version,
        node_id,
        epoch,
        affinity: id,
        type: 'connect',
        status: 'progressing',
      },
      ...{ reference_type: 'call', reference_id: id, call_ids: [], joined_call_id: NIL_ID, leaved_call_id: NIL_ID, flags: [] },
      ...{ recording_id: NIL_ID, recording_ids: [] },
    })
    await s.client.createSpeaking({ customer_id, reference_type: 'confbridge', reference_id: id, direction: 'both' })
    await s.finish()
    expect(of('stream')).toMatchObject([{ subject: { kind: 'bridge', id }, speak: 'both' }])
    const empty = crypto.randomUUID()
    s.rooms.set(empty, { ...(s.rooms.get(id) as Confbridge), id: empty, node_id: '' })
    const nobody = s.client.createSpeaking({ customer_id, reference_type: 'confbridge', reference_id: empty })
    await expect(nobody).rejects.toMatchObject({ reason: 'CONFBRIDGE_NOT_PROGRESSING' })
  })

  test.each([
    [{ provider: 'gcp' }, 'SPEECH_PROVIDER_NOT_CONFIGURED', 'provider'],
    [{ language: 'de-DE' }, 'SPEECH_LANGUAGE_UNKNOWN', 'language'],
    [{ voice_id: 'Joanna' }, 'SPEECH_VOICE_UNKNOWN', 'voice_id'],
  ])('by %o is refused', async (more, reason, field) => {
    await expect(begin(more)).rejects.toMatchObject({ status: 'INVALID_ARGUMENT', reason, details: [{ field }] })
  })

  test('in a call that is not there, is somebody else’s or is not answered is refused', async () => {
    const create = (reference_id: string) => s.client.createSpeaking({ customer_id, reference_type: 'call', reference_id })
    const unknown = { status: 'INVALID_ARGUMENT', details: [{ field: 'reference_id' }] }
    await expect(create(crypto.randomUUID())).rejects.toMatchObject(unknown)
    await expect(create(s.call({ customer_id: crypto.randomUUID() }))).rejects.toMatchObject(unknown)
    await expect(create(s.call({ status: 'ringing' }))).rejects.toMatchObject({ reason: 'CALL_NOT_PROGRESSING' })
    await s.finish()
    expect(s.asked).toEqual([])
  })

  test('is alone in its call, until it is stopped', async () => {
    const { id, reference_id } = await begin()
    const second = () => s.client.createSpeaking({ customer_id, reference_type: 'call', reference_id })
    await expect(second()).rejects.toMatchObject({ reason: 'SPEAKING_ACTIVE' })
    await s.client.stopSpeaking({ id })
    expect(await second()).toMatchObject({ status: 'initiating' })
  })

  test.each(['gone', 'refused'] as const)('whose stream the node answers with %s has stopped', async (result) => {
    s.state.answer = () => ({ result, rule: 'TOO_MANY_STREAMS' })
    expect(await statusOf((await begin()).id)).toBe('stopped')
  })

  test('ends with its call, with its stream, and when it is deleted', async () => {
    const first = await begin()
    await publishEvent(s.system.bus, callContract, 'call_hangup', aCall({ id: first.reference_id, status: 'hangup' }))
    const second = await started()
    await s.tell('stream.ended', second, { reason: 'channel_ended', error: '' })
    const third = await started()
    await s.client.deleteSpeaking({ id: third })
    await s.finish()
    expect([await statusOf(first.id), await statusOf(second)]).toEqual(['stopped', 'stopped'])
    await expect(statusOf(third)).rejects.toMatchObject({ status: 'NOT_FOUND' })
    expect(of('stopStream').map(({ id }) => id)).toEqual([third])
    expect((await s.client.listSpeakings({ customer_id })).result.map(({ id }) => id)).toEqual([second, first.id])
  })

  test('that was stopped before its node had its stream is stopped there, too', async () => {
    s.state.onAsked = async ({ method, input }) => {
      if (method !== 'stream') return
      s.state.onAsked = async () => {}
      await s.client.stopSpeaking({ id: String(input['id']) })
    }
    await begin()
    expect(s.told().findLast((told) => told !== 'stream')).toBe('stop')
    expect(s.told().lastIndexOf('stop')).toBeGreaterThan(s.told().indexOf('stream'))
  })

  test('goes with its customer', async () => {
    const customer = aCustomer()
    const reference_id = s.call({ customer_id: customer.id })
    const { id } = await s.client.createSpeaking({ customer_id: customer.id, reference_type: 'call', reference_id })
    await publishEvent(s.system.bus, customerContract, 'customer_deleted', customer)
    await s.finish()
    await expect(statusOf(id)).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })
})

describe('what is said', () => {
  test('comes in order, each sentence once, although the node is lost sight of in between', async () => {
    const id = await started()
    let failures = 1
    s.state.answer = (method) => {
      if (method === 'feedStream' && failures-- > 0) throw new Error('the connection broke')
      return ok
    }
    await say(id, 'The first text of them all. And its second sentence.')
    await say(id, 'Later.')
    await s.clock.advance(5000)
    await s.finish()
    const items = of('feedStream').map(({ item_id }) => item_id)
    expect(new Set(items).size).toBe(3)
    expect(items.length).toBeGreaterThan(3)
    expect(s.queue.map((item) => (item === 'start' || item === 'end' ? item : 'sentence'))).toEqual([
      ...['start', 'sentence', 'sentence', 'end'],
      ...['start', 'sentence', 'end'],
    ])
  })

  test('is dropped by a flush, what is being made too, and what comes after is said', async () => {
    const id = await started()
    s.state.onAsked = async ({ method }) => {
      if (method !== 'feedStream') return
      s.state.onAsked = async () => {}
      await s.client.flushSpeaking({ id })
    }
    await s.client.saySpeaking({ id, text: 'One sentence that is heard. Another one that is not heard any more. And a third one.' })
    await s.finish()
    expect(s.queue).toEqual([])
    expect(of('flushStream')).toEqual([{ id, flushes: 1, epoch: EPOCH }])
    await say(id, 'New.')
    expect(s.queue).toEqual(['start', expect.any(String), 'end'])
    expect(s.events().filter((type) => type === 'message_play_finished')).toHaveLength(1)
    expect(await statusOf(id)).toBe('active')
  })

  test('comes after a flush that its node has not heard of yet', async () => {
    const id = await started()
    await say(id, 'Old.')
    s.state.answer = (method) => {
      if (method === 'flushStream') throw new Error('the connection broke')
      return ok
    }
    await s.client.flushSpeaking({ id })
    await say(id, 'New.')
    expect(s.queue).toEqual(['start', expect.any(String), 'end'])
    s.state.answer = () => ok
    await s.clock.advance(2000)
    await s.finish()
    expect(s.queue).toHaveLength(3)
  })

  test('is no longer kept once it was heard, and is never in what others read', async () => {
    const id = await started()
    await say(id, 'My secret number is four.')
    const message = marks()[0]?.split(':')[1] ?? ''
    expect(await s.client.getSpokenMessage({ id: message })).toMatchObject({ status: 'queued', text: 'My secret number is four.' })
    await s.tell('stream.mark', id, { mark: `end:${message}`, is_flushed: false, error: '' })
    await expect(s.client.getSpokenMessage({ id: message })).rejects.toMatchObject({ status: 'NOT_FOUND' })
    expect(JSON.stringify(await s.client.getSpeaking({ id }))).not.toContain('secret')
  })

  test('is made only so far ahead of what is heard', async () => {
    const id = await started()
    for (const text of ['One.', 'Two.', 'Three.', 'Four.', 'Five.']) await say(id, text)
    expect(s.queue.filter((item) => item === 'end')).toHaveLength(3)
    const first = marks().find((mark) => mark.startsWith('end:'))
    await s.tell('stream.mark', id, { mark: first, is_flushed: false, error: '' })
    await s.finish()
    expect(s.queue.filter((item) => item === 'end')).toHaveLength(4)
  })

  test('waits for so many before it at most', async () => {
    const id = await started()
    s.state.answer = (method) => (method === 'stream' ? ok : { result: 'refused', rule: 'STREAM_FULL' })
    for (let text = 0; text < 50; text++) await s.client.saySpeaking({ id, text: 'Wait.' })
    await expect(s.client.saySpeaking({ id, text: 'Wait.' })).rejects.toMatchObject({ reason: 'SPEAKING_QUEUE_FULL' })
  })

  test('by somebody else’s stream is nothing to it', async () => {
    const id = await started()
    await s.tell('stream.mark', crypto.randomUUID(), { mark: 'mine', is_flushed: false, error: '' })
    await s.tell('stream.mark', id, { mark: 'nonsense', is_flushed: false, error: '' })
    await s.tell('stream.ended', crypto.randomUUID(), { reason: 'stopped', error: '' })
    expect(await statusOf(id)).toBe('active')
  })
})
