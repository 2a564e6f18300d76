import { NIL_ID } from '@voipbin/contracts/fields'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, type Calls, customer, startCalls } from './call-system.ts'

const OWN = '+12025550123'
const way = (host: string) => ({ id: crypto.randomUUID(), destination: `sip:+821012345678@${host};transport=udp`, codecs: [], headers: [] })
const UNAVAILABLE = { cause: 34, sip_status: 503, by: 'remote', tag: '', text: 'Service Unavailable' }

let calls: Calls
beforeEach(async () => {
  calls = await startCalls()
  calls.state.numbers = { [OWN]: { id: crypto.randomUUID(), customer_id: customer.id, is_virtual: false } }
  calls.state.dialroutes = ['one', 'two', 'three'].map((name) => way(`${name}.example`))
  await calls.beat()
  await calls.client.updateOwnOutboundConfig({ customer_id: customer.id, destination_whitelist: ['KR'] })
})
afterEach(() => calls.close())

async function place(more: object = {}): Promise<string> {
  const { call_ids } = await calls.client.placeCalls({
    ...{ customer_id: customer.id, master_call_id: NIL_ID, flow_id: NIL_ID, is_chained: false, has_early_execution: false, variables: {} },
    ...{ source: { type: 'tel', target: OWN }, destinations: [{ type: 'tel', target: '+821012345678' }], anonymous: 'auto' },
    actions: acts({ type: 'talk', option: { text: 'hello' } }),
    ...more,
  })
  await calls.settle()
  return call_ids[0] ?? ''
}
const dialled = () => calls.toldTo('dial').map(({ destination }) => String(destination).replace(/^.*@(\w+)\..*$/, '$1'))
/** The leg that was dialled last. */
const leg = () => String(calls.toldTo('dial').at(-1)?.['id'])
/** What a leg of the call tells; without a name, the last. */
async function tell(type: Parameters<Calls['tell']>[0], call_id: string, more: object, channel = leg()) {
  await calls.tell(type, channel, { ...(channel === call_id ? {} : { call_id }), ...more })
  await calls.settle()
}
const fails = (id: string, end: object = {}, channel = leg()) =>
  tell('channel.ended', id, { end: { ...UNAVAILABLE, ...end }, quality: null, sip_call_id: '' }, channel)
/** Time passes on a node that lives. */
async function wait(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    if (second % 4 === 0) await calls.beat()
    await calls.clock.advance(1000)
  }
}
const get = (id: string) => calls.client.getCall({ id })

describe('a call whose carrier fails', () => {
  test('goes over the next, on a leg of its own, and all that is commanded later goes there', async () => {
    const id = await place()
    await fails(id)
    expect(dialled()).toEqual(['one', 'two'])
    expect(leg()).not.toBe(id)
    expect(calls.toldTo('dial')[1]).toMatchObject({ call_id: id, affinity: id })
    expect(await get(id)).toMatchObject({ status: 'dialing', dialroute_index: 1, hangup_reason: '' })
    await tell('channel.progress', id, { is_ringing: true, has_early_media: false, sip_status: 180 })
    expect(await get(id)).toMatchObject({ status: 'ringing' })
    await tell('channel.answered', id, { codec: 'PCMU' })
    expect(await get(id)).toMatchObject({ status: 'progressing' })
    expect(calls.toldTo('play')).toMatchObject([{ subject: { kind: 'channel', id: leg() } }])
    await tell('channel.digit', id, { digit: '7', duration_ms: 100, method: 'rfc4733' })
    expect(await get(id)).toMatchObject({ digits: '7' })
    const { execution_id: playback_id } = await get(id)
    await tell('playback.ended', id, { subject: { kind: 'channel', id: leg() }, playback_id, reason: 'finished', played_ms: 1, error: '' })
    expect(calls.toldTo('hangup')).toMatchObject([{ id: leg() }])
    await fails(id, { by: 'local', cause: 16, sip_status: 0 })
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'normal' })
  })

  test('is closed where its node has no such leg any more, and told of no end', async () => {
    const id = await place()
    await fails(id)
    calls.state.answer = { result: 'gone', rule: '' }
    await calls.client.hangupCall({ id })
    await wait(12)
    expect(await get(id)).toMatchObject({ status: 'hangup' })
  })

  test('hears nothing more of the leg that it was on', async () => {
    const id = await place()
    await fails(id)
    const before = await get(id)
    await fails(id, {}, id)
    await tell('channel.progress', id, { is_ringing: true, has_early_media: false, sip_status: 180 }, id)
    await tell('channel.digit', id, { digit: '7', duration_ms: 100, method: 'rfc4733' }, id)
    expect(await get(id)).toEqual(before)
    await tell('channel.answered', id, { codec: 'PCMU' }, id)
    expect(await get(id)).toEqual(before)
    expect(calls.toldTo('hangup')).toMatchObject([{ id, cause: 26 }])
  })

  test('ends as the last of them did', async () => {
    const id = await place()
    await fails(id)
    await fails(id)
    await fails(id, { cause: 17, sip_status: 486 })
    expect(dialled()).toEqual(['one', 'two', 'three'])
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'busy', hangup_by: 'remote' })
  })

  test('goes no further once the callee has said no', async () => {
    const id = await place()
    await fails(id, { cause: 17, sip_status: 486 })
    expect(dialled()).toEqual(['one'])
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'busy' })
  })

  test('goes no further once something was heard', async () => {
    const id = await place()
    await tell('channel.progress', id, { is_ringing: false, has_early_media: true, sip_status: 183 })
    await fails(id)
    expect(dialled()).toEqual(['one'])
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'failed' })
  })

  test('that was given up meanwhile is dialled no more', async () => {
    const id = await place()
    await calls.client.hangupCall({ id })
    await fails(id)
    expect(dialled()).toEqual(['one'])
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'cancel' })
  })

  test('that is given up between two legs ends, and nothing rings', async () => {
    const id = await place()
    calls.state.answer = { result: 'gone', rule: '' }
    const failing = calls.tell('channel.ended', id, { end: UNAVAILABLE, quality: null, sip_call_id: '' })
    await Promise.all([failing, calls.client.hangupCall({ id })])
    await calls.settle()
    expect(await get(id)).toMatchObject({ status: 'hangup' })
  })

  test('goes over the next where its node does not take the leg', async () => {
    calls.state.answer = { result: 'refused', rule: 'CODECS_UNKNOWN' }
    const id = await place()
    expect(dialled()).toEqual(['one', 'two', 'three'])
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'failed' })
  })
})

describe('a carrier that lets nothing be heard', () => {
  test('is given up for the next after 15 seconds', async () => {
    const id = await place()
    await wait(14)
    expect(dialled()).toEqual(['one'])
    await wait(2)
    expect(dialled()).toEqual(['one', 'two'])
    expect(calls.toldTo('hangup')).toMatchObject([{ id, cause: 102 }])
    await fails(id, { by: 'local', cause: 102, sip_status: 0 }, id)
    expect(await get(id)).toMatchObject({ status: 'dialing', dialroute_index: 1 })
  })

  test('has all the time that is left where it is the last', async () => {
    const id = await place()
    await wait(31)
    const times = calls.toldTo('dial').map(({ timeout_ms }) => Math.round(Number(timeout_ms) / 1000))
    expect([dialled(), times]).toEqual([
      ['one', 'two', 'three'],
      [60, 45, 30],
    ])
    await wait(20)
    expect(dialled()).toHaveLength(3)
    expect(await get(id)).toMatchObject({ status: 'dialing' })
  })

  test('is not given up once it rings', async () => {
    const id = await place()
    await tell('channel.progress', id, { is_ringing: true, has_early_media: false, sip_status: 180 })
    await wait(20)
    expect(dialled()).toEqual(['one'])
  })
})
