import { describe, expect, test } from 'vitest'
import { countryOf, type DialFacts, mayDial } from './may-dial.ts'

const customer = { id: 'c', status: 'active', identity_verification_status: 'verified' } as const
const to = (target: string, type: 'tel' | 'sip' = 'tel') => ({ type, target, target_name: '', name: '', detail: '' })
const own = { customer_id: 'c', number: '+12025550123', is_virtual: false }
const facts = (more: Partial<DialFacts> = {}): DialFacts => ({
  ...{ customer, destination: to('+821012345678'), source: to(own.number), config: { destination_whitelist: ['KR', 'US'] } },
  ...{ sourceNumber: own, defaultNumber: undefined, isSourceVouchedFor: false, isInside: false, via: [], callerNumber: undefined },
  ...more,
})

describe('mayDial()', () => {
  test.each<[string, Partial<DialFacts>, string]>([
    ['a frozen customer', { customer: { ...customer, status: 'frozen' } }, 'CUSTOMER_NOT_ACTIVE'],
    [
      'one that has not verified its address',
      { customer: { ...customer, status: 'initial' }, destination: to('a@b', 'sip') },
      'CUSTOMER_NOT_ACTIVE',
    ],
    ['one that nobody knows', { customer: { ...customer, identity_verification_status: 'pending' } }, 'IDENTITY_VERIFICATION_REQUIRED'],
    ['a number of nowhere', { destination: to('+999123456789') }, 'DESTINATION_INVALID'],
    ['a number too short', { destination: to('+8210') }, 'DESTINATION_INVALID'],
    ['a number without +', { destination: to('821012345678') }, 'DESTINATION_INVALID'],
    ['a satellite', { destination: to('+881612345678') }, 'DESTINATION_INVALID'],
    ['another country', { destination: to('+442079460958') }, 'DESTINATION_NOT_ALLOWED'],
    ['another country under the same code', { destination: to('+18765551234') }, 'DESTINATION_NOT_ALLOWED'],
    ['an empty whitelist', { config: { destination_whitelist: [] } }, 'DESTINATION_NOT_ALLOWED'],
    ['no config at all', { config: undefined }, 'DESTINATION_NOT_ALLOWED'],
    ['a number of nobody', { sourceNumber: undefined }, 'SOURCE_NOT_OWNED'],
    ["another customer's number", { sourceNumber: { ...own, customer_id: 'd' } }, 'SOURCE_NOT_OWNED'],
    ['a virtual number', { sourceNumber: { ...own, is_virtual: true } }, 'SOURCE_NOT_OWNED'],
    ["a default that is another's by now", { sourceNumber: undefined, defaultNumber: { ...own, customer_id: 'd' } }, 'SOURCE_NOT_OWNED'],
  ])('refuses %s', (_what, more, reason) => expect(mayDial(facts(more))).toMatchObject({ may: false, reason, cause: expect.any(Number) }))

  test('lets through what is allowed, in the name of the source', () => {
    expect(mayDial(facts())).toEqual({ may: true, way: 'network', source: own.number })
  })

  test('takes the default source where the given one is not the customer’s', () => {
    const defaultNumber = { ...own, number: '+12025550199' }
    expect(mayDial(facts({ sourceNumber: { ...own, is_virtual: true }, defaultNumber }))).toEqual({
      may: true,
      way: 'network',
      source: '+12025550199',
    })
  })

  test('shows what is vouched for, and nothing that is no number', () => {
    const said = { isSourceVouchedFor: true, sourceNumber: undefined }
    expect(mayDial(facts({ ...said, source: to('+12025550177') }))).toMatchObject({ may: true, source: '+12025550177' })
    expect(mayDial(facts({ ...said, source: to('bob') }))).toMatchObject({ may: false, reason: 'SOURCE_NOT_OWNED' })
  })

  test('asks nothing of what stays out of the telephone network', () => {
    expect(mayDial(facts({ destination: to('bob@b.example', 'sip'), config: undefined, sourceNumber: undefined }))).toEqual({
      may: true,
      way: 'direct',
    })
  })
})

describe('mayDial() to a number of this platform', () => {
  const inside = (more: Partial<DialFacts> = {}) =>
    facts({
      isInside: true,
      config: undefined,
      destination: to('+899123456789'),
      sourceNumber: undefined,
      source: to('ann@a', 'sip'),
      ...more,
    })
  const virtual = { customer_id: 'c', number: '+899000000001', is_virtual: true }

  test.each<[string, Partial<DialFacts>, string | undefined]>([
    ['a phone, in no number’s name', {}, undefined],
    ['one that is not verified', { customer: { ...customer, identity_verification_status: 'none' } }, undefined],
    ['a virtual number of its own', { source: to(virtual.number), sourceNumber: virtual }, virtual.number],
    ['whom the call is forwarded for', { source: to('+4930123'), callerNumber: '+4930123' }, '+4930123'],
    ['its default, for a number that is not its own', { source: to('+4930123'), defaultNumber: own }, own.number],
  ])('lets through %s', (_what, more, source) => expect(mayDial(inside(more))).toEqual({ may: true, way: 'inside', source }))

  test.each<[string, Partial<DialFacts>, string]>([
    ['a number that is not its own', { source: to('+4930123') }, 'SOURCE_NOT_OWNED'],
    ['the same as a SIP address', { source: to('sip:+4930123@a', 'sip') }, 'SOURCE_NOT_OWNED'],
    ["another customer's number", { source: to(own.number), sourceNumber: { ...own, customer_id: 'd' } }, 'SOURCE_NOT_OWNED'],
    ['what came by it', { via: ['+899123456789'] }, 'NUMBER_LOOP'],
    ['what came by many', { via: ['+8991', '+8992', '+8993', '+8994'] }, 'NUMBER_LOOP'],
    ['a frozen customer', { customer: { ...customer, status: 'frozen' } }, 'CUSTOMER_NOT_ACTIVE'],
  ])('refuses %s', (_what, more, reason) => expect(mayDial(inside(more))).toMatchObject({ may: false, reason }))
})

test.each([
  ['+12025550123', 'US'],
  ['+16135550123', 'CA'],
  ['+77012345678', 'KZ'],
  ['+79161234567', 'RU'],
  ['+441481720014', 'GG'],
  ['+899123456789', undefined],
  ['garbage', undefined],
])('%s is in %s', (number, country) => expect(countryOf(number)).toBe(country))
