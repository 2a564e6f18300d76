import { customerContract } from '@voipbin/contracts/customer'
import { NIL_ID } from '@voipbin/contracts/fields'
import { aCustomer, publishEvent } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acts, type Calls, customer, NUMBER, startCalls } from './call-system.ts'

const OWN = '+12025550123'
const SPARE = '+12025550199'
const own = { id: crypto.randomUUID(), customer_id: customer.id, is_virtual: false }
const spare = { ...own, id: crypto.randomUUID() }
const tel = (target: string) => ({ type: 'tel' as const, target })

let calls: Calls
beforeEach(async () => {
  calls = await startCalls()
  calls.state.numbers = { [OWN]: own, [SPARE]: spare }
  await calls.beat()
})
afterEach(() => calls.close())

const configure = (more: object) => calls.client.updateOwnOutboundConfig({ customer_id: customer.id, ...more })
async function place(target = '+821012345678', source = OWN) {
  const flow = { master_call_id: NIL_ID, flow_id: NIL_ID, is_chained: false, has_early_execution: false, variables: {} }
  const parties = { source: tel(source), destinations: [tel(target)], anonymous: 'auto' as const }
  const { call_ids } = await calls.client.placeCalls({ customer_id: customer.id, ...flow, ...parties, actions: acts({ type: 'answer' }) })
  await calls.settle()
  return calls.client.getCall({ id: call_ids[0] ?? '' })
}

describe('a call to the telephone network', () => {
  test('is refused for a customer who has allowed no country, and says so', async () => {
    const refused = { status: 'hangup', hangup_by: 'local', hangup_reason: 'failed', refused_by: 'DESTINATION_NOT_ALLOWED' }
    expect(await place()).toMatchObject(refused)
    await configure({})
    expect(await place()).toMatchObject(refused)
    expect(calls.commands()).toEqual([])
  })

  test.each([
    ['a country that is not in it', { target: '+442079460958', source: OWN, state: {} }, 'DESTINATION_NOT_ALLOWED'],
    ["a source that is not the customer's", { target: '+821012345678', source: '+12025550111', state: {} }, 'SOURCE_NOT_OWNED'],
    [
      'a customer who is not verified',
      { target: '+821012345678', source: OWN, state: { identity: 'pending' } },
      'IDENTITY_VERIFICATION_REQUIRED',
    ],
    ['a frozen customer', { target: '+821012345678', source: OWN, state: { status: 'frozen' } }, 'CUSTOMER_NOT_ACTIVE'],
  ])('is refused for %s', async (_what, { target, source, state }, refused_by) => {
    await configure({ destination_whitelist: ['KR'] })
    Object.assign(calls.state, state)
    expect(await place(target, source)).toMatchObject({ status: 'hangup', refused_by })
  })

  test('is dialled over the best of its ways', async () => {
    await configure({ destination_whitelist: ['KR'] })
    const way = { id: crypto.randomUUID(), codecs: ['PCMA'], headers: [{ name: 'X-Tech', value: '1' }] }
    calls.state.dialroutes = [{ ...way, destination: 'sip:9+821012345678@carrier.example;transport=udp' }]
    expect(await place()).toMatchObject({ status: 'dialing', refused_by: '' })
    const said = { destination: 'sip:9+821012345678@carrier.example;transport=udp', codecs: ['PCMA'], headers: way.headers }
    expect(calls.toldTo('dial')).toMatchObject([{ ...said, from: { user: OWN } }])
  })

  test('goes on its way, in the name of the default number where the source is not the customer’s', async () => {
    await configure({ destination_whitelist: ['KR'], default_outgoing_source_number_id: spare.id })
    // Nobody carries it here: it came as far as the search for a way.
    expect(await place()).toMatchObject({ refused_by: '', source: { target: OWN } })
    expect(await place('+821012345678', '+12025550111')).toMatchObject({ refused_by: '', source: { type: 'tel', target: SPARE } })
  })

  test.each([
    ['those that the call names', ['PCMA'], { codecs: 'L16, PCMU' }, ['L16', 'PCMU']],
    ["its carrier's", ['PCMA'], {}, ['PCMA']],
    ["the customer's", [], {}, ['G722', 'PCMU']],
  ])('offers %s', async (_what, codecs, more, offered) => {
    await configure({ destination_whitelist: ['KR'], codecs: 'G722,PCMU' })
    calls.state.dialroutes = [{ id: crypto.randomUUID(), destination: 'sip:x@carrier.example', codecs, headers: [] }]
    const parties = { source: tel('+12025550177'), destinations: [tel('+821012345678')], actions: acts({ type: 'answer' }) }
    const metadata = { skip_source_validation: true, ...more }
    await calls.client.createCallsWithMetadata({ customer_id: customer.id, ...parties, metadata })
    await calls.settle()
    expect(calls.toldTo('dial')).toMatchObject([{ codecs: offered, from: { user: '+12025550177' } }])
  })

  test('is not made by way of a SIP address', async () => {
    const destinations = [{ type: 'sip' as const, target: '+88213@sip.carrier.example' }]
    await calls.client.createCalls({ customer_id: customer.id, source: tel(OWN), destinations, actions: acts({ type: 'answer' }) })
    await calls.settle()
    expect(calls.toldTo('dial')).toMatchObject([{ destination: 'sip:+88213@sip.carrier.example', avoid: ['sip.carrier.example'] }])
  })

  test('is refused by the node that finds where a SIP address leads', async () => {
    const destinations = [{ type: 'sip' as const, target: 'x@10.0.0.5' }]
    const wish = { source: tel(OWN), destinations, actions: acts({ type: 'answer' }) }
    const { calls: made } = await calls.client.createCalls({ customer_id: customer.id, ...wish })
    await calls.settle()
    const [{ id = '' } = {}] = made
    const end = { by: 'node' as const, cause: 52, rule: 'DESTINATION_NOT_PUBLIC', text: 'the destination is not on the public Internet' }
    await calls.ended(id, end)
    const refused = { status: 'hangup', hangup_by: 'local', hangup_reason: 'failed', refused_by: 'DESTINATION_NOT_PUBLIC' }
    expect(await calls.client.getCall({ id })).toMatchObject(refused)
  })

  test('is one of ten an hour', async () => {
    await configure({ destination_whitelist: ['KR'] })
    const made = await Promise.all(Array.from({ length: 12 }, () => place()))
    expect(made.filter(({ refused_by }) => refused_by === '')).toHaveLength(10)
    expect(made.filter(({ refused_by }) => refused_by === 'NETWORK_CALL_LIMIT_REACHED')).toHaveLength(2)
    await calls.clock.advance(3_600_000)
    await calls.beat()
    expect(await place()).toMatchObject({ refused_by: '' })
  })
})

test('a phone whose call may not be dialled is told by the cause', async () => {
  calls.state.flow = acts({
    type: 'connect',
    option: { destinations: [{ type: 'tel', target: '+821012345678' }], early_media: true, relay_reason: true },
  })
  const { id } = await calls.offer()
  await calls.settle()
  expect(calls.toldTo('hangup')).toMatchObject([{ id, cause: 52 }])
})

describe('a call to a number of this platform', () => {
  const THEIRS = '+899123456789'
  const theirs = { id: crypto.randomUUID(), customer_id: crypto.randomUUID(), is_virtual: true }
  beforeEach(() => {
    calls.state.numbers = { [OWN]: own, [THEIRS]: theirs }
    calls.state.identity = 'none'
  })

  test('needs no country, no carrier and no verification, and is dialled to the number itself', async () => {
    calls.state.dialroutes = [{ id: crypto.randomUUID(), destination: 'sip:x@carrier.example', codecs: [], headers: [] }]
    expect(await place(THEIRS)).toMatchObject({ status: 'dialing', refused_by: '', dialroutes: [{ destination: `tel:${THEIRS}` }] })
    expect(calls.toldTo('dial')).toMatchObject([{ destination: `tel:${THEIRS}`, from: { user: OWN }, via: [THEIRS] }])
  })

  test('is none of ten an hour', async () => {
    for (let made = 0; made < 11; made++) expect(await place(THEIRS)).toMatchObject({ refused_by: '' })
  })

  test('says no number that is not its own', async () => {
    expect(await place(THEIRS, '+12025550111')).toMatchObject({ status: 'hangup', refused_by: 'SOURCE_NOT_OWNED' })
    expect(calls.commands()).toEqual([])
  })

  test.each([
    ["a phone of the customer's that says somebody else's", { identified_by: 'digest', customer_id: customer.id, identity_id: spare.id }],
    ['a carrier that brings it', {}],
  ])('made for the call of %s', async (_what, from) => {
    const isOwn = 'identity_id' in from
    calls.state.flow = acts({ type: 'connect', option: { destinations: [tel(THEIRS)] } })
    await calls.offer({ from_user: '+4930123456', ...from })
    await calls.settle()
    const { result } = await calls.client.listCalls({ customer_id: customer.id })
    const made = result.find(({ direction }) => direction === 'outgoing')
    if (isOwn) expect(made).toMatchObject({ status: 'hangup', refused_by: 'SOURCE_NOT_OWNED' })
    else expect(made).toMatchObject({ status: 'dialing', source: { target: '+4930123456' } })
  })

  test('made for a call that an API asked for says no number that only the API said', async () => {
    const said = '+4930123456'
    calls.state.flow = acts({ type: 'connect', option: { source: tel(said), destinations: [tel(THEIRS)] } })
    const flow = { master_call_id: NIL_ID, flow_id: crypto.randomUUID(), is_chained: false, has_early_execution: false, variables: {} }
    const parties = { source: tel(said), destinations: [{ type: 'sip' as const, target: 'bob@b.example' }], anonymous: 'auto' as const }
    const { call_ids } = await calls.client.placeCalls({ customer_id: customer.id, ...flow, ...parties, actions: [] })
    await calls.settle()
    await calls.answered(call_ids[0] ?? '')
    await calls.settle()
    const { result } = await calls.client.listCalls({ customer_id: customer.id })
    expect(result.find(({ destination }) => destination.target === THEIRS)).toMatchObject({ refused_by: 'SOURCE_NOT_OWNED' })
  })

  test('goes on to others in the name of who called, and never back to a number that it came by', async () => {
    const [second, loop] = ['+899000000002', NUMBER]
    calls.state.numbers[second] = theirs
    calls.state.flow = acts({
      type: 'connect',
      option: { destinations: [second, loop].map((target) => ({ type: 'tel', target })), relay_reason: true },
    })
    const { id } = await calls.offer({ from_user: '+4930123456', via: ['+899000000001', NUMBER] })
    expect(await calls.client.getCall({ id })).toMatchObject({ via: ['+899000000001', NUMBER] })
    await calls.settle()
    expect(calls.toldTo('dial')).toMatchObject([
      { destination: `tel:${second}`, from: { user: '+4930123456' }, via: ['+899000000001', NUMBER, second] },
    ])
    const { result } = await calls.client.listCalls({ customer_id: customer.id })
    expect(result.filter(({ refused_by }) => refused_by === 'NUMBER_LOOP')).toMatchObject([
      { destination: { target: loop }, status: 'hangup' },
    ])
  })
})

describe('what a customer may call', () => {
  const created = (id: string) => publishEvent(calls.system.bus, customerContract, 'customer_created', aCustomer({ id }))

  test('is nothing to begin with, and changed in parts', async () => {
    await created(customer.id)
    const own = { customer_id: customer.id }
    expect(await calls.client.getOwnOutboundConfig(own)).toMatchObject({
      destination_whitelist: [],
      default_outgoing_source_number_id: null,
    })
    await configure({ destination_whitelist: ['KR'], default_outgoing_source_number_id: spare.id })
    await configure({ name: 'mine', destination_whitelist: null })
    expect(await calls.client.getOwnOutboundConfig(own)).toMatchObject({ name: 'mine', destination_whitelist: ['KR'] })
    expect(await configure({ default_outgoing_source_number_id: '' })).toMatchObject({ default_outgoing_source_number_id: null })
  })

  test('is one config a customer, which operators list, change and delete', async () => {
    const { id } = await calls.client.createOutboundConfig({ customer_id: customer.id, destination_whitelist: ['US'] })
    await expect(calls.client.createOutboundConfig({ customer_id: customer.id })).rejects.toMatchObject({
      reason: 'OUTBOUND_CONFIG_EXISTS',
    })
    expect(await calls.client.updateOutboundConfig({ id, detail: 'd' })).toMatchObject({ detail: 'd', destination_whitelist: ['US'] })
    expect((await calls.client.listOutboundConfigs({})).result).toHaveLength(1)
    await calls.client.deleteOutboundConfig({ id })
    await expect(calls.client.getOwnOutboundConfig({ customer_id: customer.id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
  })
})

describe('a phone', () => {
  const phone = { customer_id: customer.id, identified_by: 'digest', identity_id: crypto.randomUUID() }

  test('has two calls at once and no third, until one has ended', async () => {
    calls.state.extensions = { 1000: phone.identity_id }
    const first = await calls.offer(phone)
    expect((await calls.offer(phone)).decision).toMatchObject({ decision: 'take' })
    expect((await calls.offer(phone)).decision).toEqual({ decision: 'reject', cause: 58, sip_status: 486 })
    await calls.ended(first.id)
    expect((await calls.offer(phone)).decision).toMatchObject({ decision: 'take' })
  })

  test('is not a trunk, which has as many as come', async () => {
    for (let made = 0; made < 4; made++) expect((await calls.offer(phone)).decision).toMatchObject({ decision: 'take' })
  })
})
