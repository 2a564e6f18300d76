import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Calls, callDoing, EPOCH, startCalls } from './call-system.ts'

const start = (option: object = {}) => ({ type: 'external_media_start', option: { external_host: 'media.example.com:4000', ...option } })
const wait = { type: 'sleep', option: { duration: 1000 } }
const stop = { type: 'external_media_stop' }

let calls: Calls
let id: string
beforeEach(async () => {
  calls = await startCalls()
})
afterEach(() => calls.close())

const call = async (...actions: object[]) => {
  id = await callDoing(calls, ...actions)
}
const sent = (method: string) => calls.told.filter((told) => told.method === method).map(({ input }) => input)
const running = async () => (await calls.client.getCall({ id })).external_media_ids

describe('external_media_start', () => {
  test.each([
    [{}, 'in', 'out'],
    [{ direction_listen: 'both' }, 'both', 'none'],
    [{ direction_speak: 'in' }, 'none', 'in'],
    [{ direction_listen: 'out', direction_speak: 'both' }, 'out', 'both'],
  ] as const)('with %o has the host hear %s and say for %s', async (option, listen, speak) => {
    await call(start({ ...option, format: 'slin16' }))
    const subject = { kind: 'channel', id }
    expect(sent('stream')).toEqual([
      { id: expect.any(String), epoch: EPOCH, subject, listen, speak, rtp: { host: 'media.example.com:4000', format: 'slin16' } },
    ])
    expect(await running()).toEqual([sent('stream')[0]?.['id']])
  })

  test('begins another one each time, and one stop ends them all', async () => {
    await call(start(), start(), wait, stop)
    const ids = sent('stream').map((each) => each['id'])
    expect(new Set(ids).size).toBe(2)
    expect(await running()).toEqual(ids)
    await calls.clock.advance(1100)
    expect(sent('stopStream')).toEqual(ids.map((each) => ({ id: each, epoch: EPOCH })))
    for (const each of ids)
      await calls.tell('stream.ended', id, { subject: { kind: 'channel', id }, stream_id: each, reason: 'stopped', error: '' })
    await calls.settle()
    expect(await running()).toEqual([])
  })

  test.each(['refused', 'gone'] as const)(
    'that the switch answers with %s leaves nothing to stop, and the flow goes on',
    async (result) => {
      calls.state.answer = { result, rule: 'ADDRESS_REFUSED' }
      await call(start(), wait, stop)
      expect(sent('stream')).toHaveLength(1)
      expect(await running()).toEqual([])
      await calls.clock.advance(1100)
      expect(sent('stopStream')).toEqual([])
      const warned = calls.system.logs.filter((line) => line['rule'] === 'ADDRESS_REFUSED')
      expect(warned.length > 0).toBe(result === 'refused')
    },
  )

  test('that ended by itself is not stopped', async () => {
    await call(start(), wait, stop)
    const [stream] = sent('stream')
    await calls.tell('stream.ended', id, {
      subject: { kind: 'channel', id },
      stream_id: stream?.['id'],
      reason: 'failed',
      error: 'no port',
    })
    await calls.clock.advance(1100)
    expect(sent('stopStream')).toEqual([])
  })
})
