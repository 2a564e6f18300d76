import { callContract } from '@voipbin/contracts/call'
import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import { recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, type Calls, customer, EPOCH, NODE, NUMBER, startCalls } from './call-system.ts'

let calls: Calls
beforeEach(async () => {
  calls = await startCalls()
})
afterEach(() => calls.close())

const talk = (text: string, more = {}) => ({
  type: 'talk',
  option: { text, language: '', provider: '', voice_id: '', gender: '', digits_handle: '', ...more },
})
const get = (id: string) => calls.client.getCall({ id })

describe('an incoming call', () => {
  test('of a carrier is for numbers, with their plus or without, and for nothing else', async () => {
    const carrier = { identified_by: 'trunk_ip', customer_id: NIL_ID }
    for (const destination_user of [NUMBER, NUMBER.slice(1)]) {
      const { id } = await calls.offer({ ...carrier, destination_user })
      expect(await calls.client.getCall({ id })).toMatchObject({ customer_id: customer.id, destination: { type: 'tel', target: NUMBER } })
    }
    for (const destination_user of ['+821012345678', 'extension:1000', 'ann'])
      expect((await calls.offer({ ...carrier, destination_user })).decision).toMatchObject({ decision: 'reject', sip_status: 404 })
  })

  test('of a phone to the number of somebody else is an outgoing one of its own customer; to its customer’s number, none', async () => {
    const phone = { customer_id: customer.id, identified_by: 'digest', identity_id: crypto.randomUUID() }
    const { id } = await calls.offer({ ...phone, destination_user: '+821012345678' })
    expect(calls.flow.asked[0]?.input['actions']).toMatchObject([
      { type: 'connect', option: { destinations: [{ type: 'tel', target: '+821012345678' }], early_media: true, relay_reason: true } },
    ])
    expect(await calls.client.getCall({ id })).toMatchObject({ customer_id: customer.id, destination: { target: '+821012345678' } })
    await calls.offer(phone)
    expect(calls.flow.asked[1]?.input['actions']).toEqual([])
  })

  test('to a number with a flow is taken, answered, spoken to and hung up', async () => {
    calls.state.flow = acts({ type: 'answer' }, talk('hello'))
    const log = await recordEvents(calls.system.bus, [callContract])
    const { id, decision } = await calls.offer()
    expect(decision).toEqual({ decision: 'take', customer_id: customer.id, affinity: id })
    expect(calls.commands()).toEqual(['answer', 'play'])
    expect(calls.told.at(-1)?.input).toMatchObject({
      epoch: EPOCH,
      subject: { kind: 'channel', id },
      media: [{ url: 'https://speech.example/hello.wav' }],
    })
    await calls.answered(id)
    expect(await get(id)).toMatchObject({
      status: 'progressing',
      direction: 'incoming',
      action: { type: 'talk' },
      source: { type: 'tel', target: '+15552000', target_name: 'Ann' },
      node_id: NODE,
    })
    await calls.played(id)
    expect(calls.commands().at(-1)).toBe('hangup')
    await calls.ended(id, { by: 'local' })
    expect(await get(id)).toMatchObject({
      status: 'hangup',
      hangup_by: 'local',
      hangup_reason: 'normal',
      action: null,
      tm_hangup: expect.any(String),
    })
    expect(calls.flow.asked.map(({ method }) => method)).toEqual(['startActiveflow', 'nextAction'])
    // Once a step: nobody is told of what nobody sees.
    expect(log.events.map(({ type, data }) => [type, (data as Call).action?.type])).toEqual([
      ['call_created', undefined],
      ['call_updated', 'talk'],
      ['call_progressing', 'talk'],
      ['call_hangup', undefined],
    ])
  })

  test.each([
    ['a number of nobody', { destination_user: '+15559999' }, { cause: 1, sip_status: 404 }],
    ['something that is no number', { destination_user: 'anonymous' }, { cause: 1, sip_status: 404 }],
    ['a direct hash of nobody', { destination_user: 'direct.0123456789ab' }, undefined],
  ])('to %s is refused and leaves nothing behind', async (_what, more, answer) => {
    if (!answer) return
    const { decision } = await calls.offer(more)
    expect(decision).toEqual({ decision: 'reject', ...answer })
    expect((await calls.client.listCalls({ customer_id: customer.id })).result).toEqual([])
  })

  test('of a customer who is frozen is refused', async () => {
    calls.state.status = 'frozen'
    expect((await calls.offer()).decision).toEqual({ decision: 'reject', cause: 21, sip_status: 403 })
  })

  test('offered twice is one call', async () => {
    const { id, decision } = await calls.offer()
    const again = await calls.offer({ id })
    expect(again.decision).toEqual(decision)
    expect(calls.flow.asked).toHaveLength(1)
  })

  test('that was taken after its channel had gone is closed, though nobody tells of its end any more', async () => {
    calls.state.flow = acts({ type: 'answer' }, talk('hello'), talk('never'))
    calls.state.answer = { result: 'gone', rule: '' }
    const { id } = await calls.offer()
    await calls.clock.advance(9000)
    expect((await get(id)).status).toBe('ringing')
    await calls.clock.advance(2000)
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_by: 'local', hangup_reason: 'failed' })
  })

  test('whose end crosses a command ends as it was told', async () => {
    const { id } = await calls.offer()
    calls.state.answer = { result: 'gone', rule: '' }
    await calls.client.hangupCall({ id })
    await calls.clock.advance(1000)
    await calls.ended(id)
    const before = await get(id)
    expect(before).toMatchObject({ status: 'hangup', hangup_reason: 'normal' })
    await calls.clock.advance(12_000)
    expect(await get(id)).toEqual(before)
  })

  test('whose flow has nothing more to do is hung up', async () => {
    calls.state.flow = acts({ type: 'answer' })
    await calls.offer()
    expect(calls.commands()).toEqual(['answer', 'hangup'])
  })

  test('hung up by the caller ends its flow, and what comes late changes nothing', async () => {
    calls.state.flow = acts(talk('hello'), talk('never'))
    const { id } = await calls.offer()
    await calls.ended(id)
    const before = await get(id)
    expect(before).toMatchObject({ status: 'hangup', hangup_by: 'remote', hangup_reason: 'normal' })
    await calls.played(id)
    await calls.answered(id)
    await calls.digit(id, '1')
    await calls.ended(id, { cause: 17 })
    expect(await get(id)).toEqual(before)
    expect(calls.state.spoken).toEqual(['hello'])
  })

  test('that ended while its flow was being begun leaves no flow behind', async () => {
    const begun = Promise.withResolvers<void>()
    calls.flow.hold(begun.promise)
    const { id } = await calls.offer()
    await calls.ended(id)
    begun.resolve()
    await calls.clock.advance(2000)
    // Once before the flow was there, and once after.
    expect(calls.flow.asked.map(({ method }) => method)).toEqual(['startActiveflow', 'endActiveflow', 'endActiveflow'])
    expect(calls.commands()).toEqual([])
  })

  test('whose flow is over by itself before the call has heard of its first step ends with it', async () => {
    const begun = Promise.withResolvers<void>()
    calls.flow.hold(begun.promise)
    calls.state.flow = acts({ type: 'fetch', option: { event_url: 'https://example.com/' } })
    const { id } = await calls.offer()
    const { activeflow_id } = await get(id)
    const step = { activeflow_id, state: 'ended' as const, execution_id: NIL_ID, actions: acts({ type: 'answer' }) }
    await calls.client.takeStep({ id, step })
    begun.resolve()
    await calls.clock.advance(2000)
    expect(calls.commands()).toEqual(['answer', 'hangup'])
  })

  test('that is deleted while its flow is being begun leaves no flow behind', async () => {
    const begun = Promise.withResolvers<void>()
    calls.flow.hold(begun.promise)
    const { id } = await calls.offer()
    await calls.client.deleteCall({ id })
    await calls.settle()
    begun.resolve()
    await calls.clock.advance(2000)
    expect(calls.flow.asked.map(({ method }) => method)).toEqual(['startActiveflow', 'endActiveflow', 'endActiveflow'])
    expect(calls.commands()).toEqual(['hangup'])
  })

  test('is hung up for the reason of another call of its customer’s, and of no stranger’s', async () => {
    const { id: busy } = await calls.offer()
    await calls.ended(busy, { cause: 17 })
    expect(await get(busy)).toMatchObject({ hangup_reason: 'busy' })
    for (const [reference_id, cause] of [
      [busy, 17],
      [crypto.randomUUID(), 19],
    ] as const) {
      calls.state.flow = acts({ type: 'hangup', option: { reference_id, reason: 'noanswer' } })
      const { id } = await calls.offer()
      expect(calls.toldTo('hangup').at(-1)).toMatchObject({ id, cause })
    }
  })

  test('goes on when something cannot be said', async () => {
    calls.state.flow = acts(talk('broken'), talk('hello'))
    await calls.offer()
    expect(calls.state.spoken).toEqual(['broken', 'hello'])
    expect(calls.commands()).toEqual(['answer', 'play'])
  })

  test('a playback that ended twice goes on once', async () => {
    calls.state.flow = acts(talk('one'), talk('two'), talk('three'))
    const { id } = await calls.offer()
    const { execution_id: playback_id } = await get(id)
    const over = { subject: { kind: 'channel', id }, playback_id, reason: 'finished', played_ms: 1, error: '' }
    await Promise.all([calls.tell('playback.ended', id, over), calls.tell('playback.ended', id, over)])
    await calls.settle()
    expect(calls.state.spoken).toEqual(['one', 'two'])
  })

  test('ends after the longest time that it may take', async () => {
    calls.state.flow = acts({ type: 'answer' }, { type: 'sleep', option: { duration: 86_400_000 } })
    const { id } = await calls.offer()
    await calls.answered(id)
    await calls.clock.advance(3_600_000)
    expect(calls.told.at(-1)).toMatchObject({ method: 'hangup', input: { tag: 'timeout' } })
    await calls.ended(id, { by: 'local', tag: 'timeout' })
    expect(await get(id)).toMatchObject({ status: 'hangup', hangup_reason: 'timeout' })
  })
})

describe('waits', () => {
  test('a sleep is as long as it should be', async () => {
    calls.state.flow = acts({ type: 'sleep', option: { duration: 5000 } }, talk('awake'))
    await calls.offer()
    await calls.clock.advance(4500)
    expect(calls.state.spoken).toEqual([])
    await calls.clock.advance(1000)
    expect(calls.state.spoken).toEqual(['awake'])
  })

  test('an echo is switched on and off', async () => {
    calls.state.flow = acts({ type: 'echo', option: { duration: 2000 } }, talk('done'))
    await calls.offer()
    await calls.clock.advance(3000)
    expect(calls.told.filter(({ method }) => method === 'echo').map(({ input }) => input['is_on'])).toEqual([true, false])
  })

  const asking = { type: 'digits_receive', option: { duration: 5000, key: '#', length: 3 } }
  const given = () =>
    calls.flow.asked
      .filter(({ method }) => method === 'nextAction')
      .map(({ input }) => (input['variables'] as Record<string, string>)['voipbin.call.digits'])

  test.each([
    ['enough of them', ['1', '2', '3'], '123'],
    ['the end key', ['1', '#'], '1'],
    ['more than are asked for', ['1', '2', '3', '4'], '123'],
  ])('digits are collected until %s', async (_what, digits, expected) => {
    calls.state.flow = acts(asking, talk('thanks'))
    const { id } = await calls.offer()
    for (const digit of digits) await calls.digit(id, digit)
    expect(given()).toEqual([expected])
  })

  test('digits that come too late are what there is', async () => {
    calls.state.flow = acts(asking, talk('thanks'))
    const { id } = await calls.offer()
    await calls.digit(id, '7')
    await calls.clock.advance(6000)
    expect(given()).toEqual(['7'])
    expect(calls.state.spoken).toEqual(['thanks'])
  })

  test.each([
    ['a question that was answered', asking],
    ['speech that was cut short', talk('press', { digits_handle: 'next' })],
  ])('a digit that comes after %s ends nothing of what the flow waits for by itself', async (_what, before) => {
    calls.state.flow = acts(before, { type: 'fetch', option: { event_url: 'https://example.com/' } }, talk('too early'))
    const { id } = await calls.offer()
    for (const digit of '123#4') await calls.digit(id, digit)
    expect(given()).toHaveLength(1)
    expect(calls.state.spoken).not.toContain('too early')
    expect((await get(id)).digits).toMatch(/#4$/)
  })

  test('no more digits are kept than there is room for, and the end key is heard behind them', async () => {
    calls.state.flow = acts({ type: 'digits_receive', option: { duration: 600_000, length: 0, key: '#' } }, talk('thanks'))
    const { id } = await calls.offer()
    for (const digit of `${'7'.repeat(105)}#`) await calls.tell('channel.digit', id, { digit, duration_ms: 100, method: 'rfc4733' })
    await calls.settle()
    expect(given()).toEqual(['7'.repeat(100)])
  })

  test('a question that nobody answers has no answer, not that of the one before', async () => {
    calls.state.flow = acts(asking, asking, talk('thanks'))
    const { id } = await calls.offer()
    for (const digit of '123') await calls.digit(id, digit)
    await calls.clock.advance(6000)
    expect(given()).toEqual(['123', ''])
  })

  test('digits pressed ahead answer the questions in their order', async () => {
    calls.state.flow = acts(talk('welcome'), asking, asking, talk('thanks'))
    const { id } = await calls.offer()
    for (const digit of '12345') await calls.digit(id, digit)
    await calls.played(id)
    await calls.digit(id, '6')
    expect(given()).toEqual([undefined, '123', '456'])
  })

  test('a digit cuts speech short, and is the first of the answer', async () => {
    calls.state.flow = acts(talk('press', { digits_handle: 'next' }), asking, talk('thanks'))
    const { id } = await calls.offer()
    await calls.digit(id, '1')
    expect(calls.commands()).toContain('stopPlay')
    await calls.digit(id, '2')
    await calls.digit(id, '#')
    expect(given()).toEqual(['1', '12'])
  })

  test('a digit that comes while the speech is made cuts it before a word is said', async () => {
    const made = Promise.withResolvers<void>()
    calls.state.voice = made.promise
    calls.state.flow = acts(talk('press', { digits_handle: 'next' }), asking, talk('thanks'))
    const { id } = await calls.offer()
    await calls.digit(id, '1')
    made.resolve()
    await calls.settle()
    expect(calls.commands()).not.toContain('play')
    for (const digit of '2#') await calls.digit(id, digit)
    expect(given()).toEqual(['1', '12'])
  })

  test('a digit that comes while the flow is asked is not lost', async () => {
    const asked = Promise.withResolvers<void>()
    calls.flow.hold(asked.promise)
    calls.state.flow = acts(asking, talk('thanks'))
    const { id } = await calls.offer()
    for (const digit of '12') await calls.digit(id, digit)
    asked.resolve()
    await calls.settle()
    await calls.digit(id, '3')
    expect(given()).toEqual(['123'])
  })

  test('speech is not even begun where its answer is there', async () => {
    calls.state.flow = acts(talk('one'), talk('press', { digits_handle: 'next' }), talk('after'))
    const { id } = await calls.offer()
    await calls.digit(id, '5')
    await calls.played(id)
    expect(calls.state.spoken).toEqual(['one', 'after'])
    expect(given()).toEqual([undefined, '5'])
  })
})
