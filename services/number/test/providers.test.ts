import { createOutbound, type Outbound } from '@voipbin/outbound'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLocalProvider } from '../src/providers/local.ts'
import type { NumberProvider } from '../src/providers/number-provider.ts'
import { createTelnyx } from '../src/providers/telnyx.ts'
import { createTwilio } from '../src/providers/twilio.ts'
import { createAskVendor, vendorLimits } from '../src/providers/vendor.ts'
import { type FakeCarrier, startCarrier, TWILIO_ACCOUNT, telnyx, twilio } from './fake-carriers.ts'

let outbound: Outbound
beforeEach(() => {
  outbound = createOutbound({ allow: '127.0.0.0/8', limits: vendorLimits })
})
afterEach(() => outbound.close())

const vendors = {
  telnyx: {
    api: telnyx,
    authorization: 'Bearer KEY0123',
    open: (url: string): NumberProvider => {
      const ask = createAskVendor({ name: 'telnyx', url, authorization: 'Bearer KEY0123', outbound })
      return createTelnyx({ ask, connectionId: '1111', messagingProfileId: '' })
    },
  },
  twilio: {
    api: twilio,
    authorization: 'Basic secret',
    open: (url: string): NumberProvider => {
      const ask = createAskVendor({ name: 'twilio', url, authorization: 'Basic secret', outbound })
      return createTwilio({ ask, accountSid: TWILIO_ACCOUNT, trunkSid: 'TK1' })
    },
  },
}

/** What every provider must do. */
const all = [['local', undefined] as const, ['telnyx', vendors.telnyx] as const, ['twilio', vendors.twilio] as const]
describe.each(all)('provider %s', (name, vendor) => {
  let carrier: FakeCarrier | undefined
  let provider: NumberProvider
  beforeEach(async () => {
    carrier = vendor && (await startCarrier(vendor.api))
    provider = vendor && carrier ? vendor.open(carrier.url) : createLocalProvider()
  })
  afterEach(() => carrier?.close())

  test('is who it says, and offers no more numbers than are wanted, each once', async () => {
    expect(provider.name).toBe(name)
    const offered = await provider.search({ country: 'US', limit: 2 })
    expect(new Set(offered.map(({ number }) => number)).size).toBe(2)
    for (const { number, features } of offered) {
      expect(number).toMatch(/^\+[1-9][0-9]{6,14}$/)
      expect(features).toContain('voice')
    }
    expect(await provider.search({ country: 'US', limit: 1 })).toHaveLength(1)
  })

  test('sells what it offers, names it, and takes it back, also twice', async () => {
    const [offered] = await provider.search({ country: 'US', limit: 1 })
    const number = offered?.number ?? ''
    const { reference } = await provider.buy(number)
    await provider.label({ number, reference }, ['customer_id:1', 'number_id:2'])
    await provider.release({ number, reference })
    await provider.release({ number, reference })
    expect(await provider.find(number)).toBeUndefined()
  })
})

describe.each([['telnyx', vendors.telnyx] as const, ['twilio', vendors.twilio] as const])('seller %s', (_name, vendor) => {
  let carrier: FakeCarrier
  let provider: NumberProvider
  beforeEach(async () => {
    carrier = await startCarrier(vendor.api)
    provider = vendor.open(carrier.url)
  })
  afterEach(() => carrier.close())

  test('shows its key, finds what is ours, labels it', async () => {
    const number = '+15005550006'
    const { reference } = await provider.buy(number)
    expect(await provider.find(number)).toBe(carrier.held[0]?.id)
    await provider.label({ number, reference }, ['customer_id:1'])
    expect(carrier.held).toMatchObject([{ number, label: 'customer_id:1' }])
    expect(new Set(carrier.asked.map(({ authorization }) => authorization))).toEqual(new Set([vendor.authorization]))
    expect(carrier.asked.find(({ method }) => method === 'POST')?.body).toMatch(/"connection_id":"1111"|TrunkSid=TK1/)
  })

  test('what it does not sell cannot be bought, and where it sells nothing it offers nothing', async () => {
    await expect(provider.buy('+15005550000')).rejects.toMatchObject({ reason: 'NUMBER_NOT_AVAILABLE' })
    expect(await provider.search({ country: 'KP', limit: 5 })).toEqual([])
  })

  test.each([
    ['a key that it refuses', { status: 401, json: {} }],
    ['no money', { status: 402, json: {} }],
    ['its hurry', { status: 429, json: {} }],
    ['a fault of its own', { status: 503, json: {} }],
    ['a redirect', { status: 302, json: {} }],
    ['another form of answer', { status: 200, json: { hello: 1 } }],
    ['no answer', 'hang up' as const],
  ])('with %s it is not available, and nobody knows what was bought', async (_what, answer) => {
    carrier.failing = () => answer
    await expect(provider.search({ country: 'US', limit: 1 })).rejects.toMatchObject({ reason: 'NUMBER_PROVIDER_UNAVAILABLE' })
    await expect(provider.buy('+15005550006')).rejects.toMatchObject({ reason: 'NUMBER_PROVIDER_UNAVAILABLE' })
  })
})
