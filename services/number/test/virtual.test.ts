import { NIL_ID } from '@voipbin/contracts/fields'
import { number as numberEntity } from '@voipbin/contracts/number'
import { compareColumns } from '@voipbin/sql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { customer_id, flow_id, type Numbers, other_id, startNumbers, VIRTUAL } from './number-system.ts'

let it: Numbers
beforeEach(async () => {
  it = await startNumbers({ env: { VOIPBIN_NUMBER_VIRTUAL_LIMIT: '3' } })
})
afterEach(() => it.close())
const take = (number = VIRTUAL, more: object = {}) => it.client.createNumber({ customer_id, number, ...more })

describe('virtual numbers', () => {
  test('are searched, taken, found and given back, and each step is told', async () => {
    const { result } = await it.client.listAvailableNumbers({ customer_id, page_size: 20 })
    expect(result).toHaveLength(20)
    for (const { number, country } of result) expect([country, number]).toEqual(['899', expect.stringMatching(/^\+899(?!000)\d{9}$/)])
    const number = result[0]?.number ?? ''
    const made = await take(number, { name: 'door', call_flow_id: flow_id })
    expect(made).toMatchObject({ number, type: 'virtual', status: 'active', call_flow_id: flow_id, message_flow_id: NIL_ID, name: 'door' })
    const found = { id: made.id, customer_id, number, call_flow_id: flow_id, is_virtual: true }
    expect(await it.client.findNumber({ number })).toEqual({ number: found })
    expect(await it.client.findNumber({ number: number.slice(1) })).toEqual({ number: found })
    expect(await it.client.deleteNumber({ id: made.id })).toMatchObject({ status: 'deleted', tm_delete: expect.any(String) })
    expect(await it.client.findNumber({ number })).toEqual({ number: null })
    expect(await take(number)).toMatchObject({ number })
    await it.settle()
    expect(it.told()).toEqual([
      ['number_created', number],
      ['number_deleted', number],
      ['number_created', number],
    ])
  })

  test('a number that somebody has is nobody else’s, however many want it at once', async () => {
    await take()
    await expect(it.client.createNumber({ customer_id: other_id, number: VIRTUAL })).rejects.toMatchObject({ reason: 'NUMBER_TAKEN' })
    const outcomes = await Promise.allSettled(['+899100000002', '+899100000002'].map((number) => take(number)))
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test.each([
    ['+899000123456', {}, 'NUMBER_RESERVED'],
    ['+89912345', {}, 'INVALID_ARGUMENT'],
    ['+8991234567890', {}, 'INVALID_ARGUMENT'],
    [VIRTUAL, { type: 'normal' }, 'INVALID_ARGUMENT'],
    ['+15551234567', { type: 'virtual' }, 'INVALID_ARGUMENT'],
    ['5551234567', {}, 'INVALID_ARGUMENT'],
    ['+15551234567', {}, 'NUMBER_PROVIDER_MISSING'],
  ])('refuses %s %j: %s', async (number, more, reason) => {
    await expect(take(number, more)).rejects.toMatchObject({ reason })
  })

  test('a customer has so many and no more', async () => {
    for (const last of [1, 2, 3]) await take(`+89910000000${last}`)
    await expect(take('+899100000004')).rejects.toMatchObject({ reason: 'NUMBER_LIMIT_REACHED' })
    expect(await it.client.createNumber({ customer_id: other_id, number: '+899100000004' })).toMatchObject({ customer_id: other_id })
  })

  test('are listed by customer, changed in parts', async () => {
    const { id } = await take()
    await it.client.createNumber({ customer_id: other_id, number: '+899100000002' })
    expect((await it.client.listNumbers({ customer_id })).result.map((one) => one.id)).toEqual([id])
    expect(await it.client.updateNumber({ id, name: 'door', detail: 'front' })).toMatchObject({ name: 'door', detail: 'front' })
    expect(await it.client.updateNumberFlowIds({ id, call_flow_id: flow_id, message_flow_id: '' })).toMatchObject({
      ...{ name: 'door', call_flow_id: flow_id, message_flow_id: NIL_ID },
    })
    expect(await it.client.updateNumberMetadata({ id, rtp_debug: true })).toMatchObject({ metadata: { rtp_debug: true } })
    expect(await it.client.updateNumberMetadata({ id })).toMatchObject({ metadata: { rtp_debug: true }, call_flow_id: flow_id })
  })

  test('the first start’s number is made once, and keeps what became of it', async () => {
    const seed = { id: crypto.randomUUID(), customer_id, number: VIRTUAL, call_flow_id: flow_id }
    expect(await it.client.seedNumber(seed)).toEqual({ created: true })
    await it.client.updateNumber({ id: seed.id, call_flow_id: '' })
    expect(await it.client.seedNumber(seed)).toEqual({ created: false })
    expect(await it.client.getNumber({ id: seed.id })).toMatchObject({ call_flow_id: NIL_ID })
    await it.client.deleteNumber({ id: seed.id })
    expect(await it.client.seedNumber(seed)).toEqual({ created: false })
  })

  test('the first start’s number is left to who has it', async () => {
    await take(VIRTUAL)
    expect(await it.client.seedNumber({ id: crypto.randomUUID(), customer_id: other_id, number: VIRTUAL, call_flow_id: flow_id })).toEqual({
      created: false,
    })
  })
})

describe('what others tell', () => {
  test('a flow that is deleted is run by no number any more, also where it was set a moment later', async () => {
    const keeps = await take('+899100000002', { call_flow_id: other_id, message_flow_id: flow_id })
    const { id } = await take(VIRTUAL, { call_flow_id: flow_id, message_flow_id: flow_id })
    await it.deleteFlow(flow_id)
    await it.settle()
    expect(await it.client.getNumber({ id })).toMatchObject({ call_flow_id: NIL_ID, message_flow_id: NIL_ID })
    expect(await it.client.getNumber({ id: keeps.id })).toMatchObject({ call_flow_id: other_id, message_flow_id: NIL_ID })
    await it.client.updateNumberFlowIds({ id, call_flow_id: flow_id, message_flow_id: '' })
    await it.clock.advance(61_000)
    expect(await it.client.getNumber({ id })).toMatchObject({ call_flow_id: NIL_ID })
  })

  test('with a customer go its numbers', async () => {
    await take()
    await it.client.createNumber({ customer_id: other_id, number: '+899100000002' })
    await it.deleteCustomer(customer_id)
    await it.settle()
    expect((await it.client.listNumbers({ customer_id })).result).toEqual([])
    expect(await it.client.findNumber({ number: VIRTUAL })).toEqual({ number: null })
    expect((await it.client.listNumbers({ customer_id: other_id })).result).toHaveLength(1)
  })
})

test('the entity fits its table, and a number is found through its key', async () => {
  expect(await compareColumns(it.database.engine, 'number_numbers', numberEntity)).toEqual([])
  const plan =
    'EXPLAIN QUERY PLAN SELECT id FROM number_numbers WHERE tm_delete IS NULL AND number = ? ORDER BY tm_create DESC, id DESC LIMIT 1'
  const [step] = await it.database.engine.reader.all(plan, [VIRTUAL])
  expect(String(step?.['detail'])).toContain('live_number')
})
