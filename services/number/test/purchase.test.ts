import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FakeCarrier, startCarrier, telnyx } from './fake-carriers.ts'
import { customer_id, flow_id, type Numbers, other_id, startNumbers } from './number-system.ts'

const number = '+15005550006'
const DAY_MS = 86_400_000
let carrier: FakeCarrier
let it: Numbers
beforeEach(async () => {
  carrier = await startCarrier(telnyx)
  const env = { VOIPBIN_TELNYX_API_KEY: 'KEY', VOIPBIN_TELNYX_URL: carrier.url, VOIPBIN_OUTBOUND_ALLOW: '127.0.0.0/8' }
  it = await startNumbers({ env })
})
afterEach(async () => {
  await it.close()
  await carrier.close()
})
const buy = (more: object = {}) => it.client.createNumber({ customer_id, number, ...more })
const orders = () => carrier.asked.filter(({ path }) => path === '/v2/number_orders').length

describe('numbers of the telephone network', () => {
  test('are searched, bought, named at the seller, and given back', async () => {
    const wanted = { customer_id, country_code: 'us' }
    expect((await it.client.listAvailableNumbers(wanted)).result[0]).toEqual({
      ...{ number, country: 'US', region: 'CHICAGO HEIGHTS', postal_code: '', features: ['emergency', 'fax', 'mms', 'sms', 'voice'] },
    })
    const made = await buy({ call_flow_id: flow_id })
    expect(made).toMatchObject({ number, type: 'normal', status: 'active', call_flow_id: flow_id })
    expect((await it.client.findNumber({ number })).number).toMatchObject({ customer_id, is_virtual: false })
    await it.settle()
    expect(carrier.held).toMatchObject([{ number, label: `customer_id:${customer_id},number_id:${made.id}` }])
    await it.client.deleteNumber({ id: made.id })
    await it.settle()
    expect(carrier.held).toEqual([])
    await it.clock.advance(6 * 60_000)
    expect(it.told()).toEqual([
      ['number_created', number],
      ['number_deleted', number],
    ])
  })

  test('are not offered while somebody here has them', async () => {
    await buy()
    carrier.sells.push(number)
    const { result } = await it.client.listAvailableNumbers({ customer_id: other_id, country_code: 'US' })
    expect(result.map((offered) => offered.number)).toEqual(['+15005550007'])
    await expect(it.client.createNumber({ customer_id: other_id, number })).rejects.toMatchObject({ reason: 'NUMBER_TAKEN' })
    expect(orders()).toBe(1)
  })

  test('a country has to be said', async () => {
    await expect(it.client.listAvailableNumbers({ customer_id, type: 'normal' })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  })

  test('nobody unknown buys one', async () => {
    it.state.verification = 'none'
    await expect(buy()).rejects.toMatchObject({ status: 'PERMISSION_DENIED', reason: 'IDENTITY_VERIFICATION_REQUIRED' })
    expect(orders()).toBe(0)
  })

  test('what the seller does not sell is not bought, and nothing is left to be settled', async () => {
    await expect(buy({ number: '+15005550000' })).rejects.toMatchObject({ reason: 'NUMBER_NOT_AVAILABLE' })
    const asked = carrier.asked.length
    await it.clock.advance(6 * 60_000)
    expect(carrier.asked).toHaveLength(asked)
  })

  test('one that was bought though the seller never said so is given back', async () => {
    carrier.failing = (asked) => {
      if (asked.path !== '/v2/number_orders') return undefined
      carrier.failing = undefined
      telnyx(asked, carrier)
      return 'hang up'
    }
    await expect(buy()).rejects.toMatchObject({ reason: 'NUMBER_PROVIDER_UNAVAILABLE' })
    expect(carrier.held).toHaveLength(1)
    await it.settle()
    expect(carrier.held).toHaveLength(1)
    await it.clock.advance(5 * 60_000)
    await it.settle()
    expect(carrier.held).toEqual([])
    expect(await it.client.findNumber({ number })).toEqual({ number: null })
  })

  test('a seller that does not answer is asked again until the number is given back', async () => {
    const { id } = await buy()
    await it.settle()
    let refusals = 2
    carrier.failing = ({ method }) => (method === 'DELETE' && refusals-- > 0 ? { status: 500 } : undefined)
    await it.client.deleteNumber({ id })
    await it.settle()
    await it.clock.advance(10_000)
    await it.settle()
    expect(carrier.held).toEqual([])
  })

  test('with a customer go its numbers, also at the seller', async () => {
    await buy()
    await it.deleteCustomer(customer_id)
    await it.settle()
    expect(carrier.held).toEqual([])
  })
})

describe('renewal', () => {
  test('comes by itself, thirty days after the last', async () => {
    const { id, tm_renew } = await buy()
    await it.settle()
    await it.clock.jump(29 * DAY_MS)
    await it.settle()
    expect((await it.client.getNumber({ id })).tm_renew).toBe(tm_renew)
    for (const last of [1, 2]) {
      await it.clock.jump((last === 1 ? 2 : 31) * DAY_MS)
      await it.settle()
      expect(it.told().filter(([type]) => type === 'number_renewed')).toHaveLength(last)
    }
  })

  test('by hand, of those paid for before; virtual ones cost nothing', async () => {
    await buy()
    await it.client.createNumber({ customer_id, number: '+899100000001' })
    expect(await it.client.renewNumbers({ tm_renew: '2025-12-31 23:59:59.000' })).toEqual([])
    await it.clock.jump(DAY_MS)
    expect(await it.client.renewNumbers({ tm_renew: '2026-01-01T12:00:00Z' })).toMatchObject([
      { number, tm_renew: expect.stringMatching(/^2026-01-02/) },
    ])
    expect(await it.client.renewNumbers({ tm_renew: '2026-01-01T12:00:00Z' })).toEqual([])
    await expect(it.client.renewNumbers({ tm_renew: '2026-13-01T00:00:00Z' })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  })
})
