import { parseNetworks } from '@voipbin/service-kit'
import { beforeEach, expect, test } from 'vitest'
import { Abuse } from './abuse.ts'

const MINUTE = 60_000
let now: number
let bans: string[]
let abuse: Abuse

beforeEach(() => {
  now = 0
  bans = []
  abuse = new Abuse({
    now: () => now,
    limits: {
      wrongDigests: { count: 3, windowMs: MINUTE },
      malformed: { count: 2, windowMs: MINUTE },
      anonymous: { count: 2, windowMs: MINUTE },
      options: { count: 1, windowMs: MINUTE },
      banMs: 300_000,
      isAllowed: parseNetworks('198.51.100.0/24, 2001:db8:1::/48'),
    },
    onBan: ({ source, ms }) => bans.push(`${source} ${ms}`),
  })
})

const guess = (address: string, times: number, user = 'u') => {
  for (let count = 0; count < times; count++) abuse.wrongDigest(address, `${user}${count}`)
}

test('wrongDigest() bans a source past its rate, each time for longer, never past an hour', () => {
  guess('192.0.2.1', 3)
  expect(abuse.isBanned('192.0.2.1')).toBe(false)
  guess('192.0.2.1', 1)
  expect([abuse.isBanned('192.0.2.1'), abuse.isBanned('192.0.2.2')]).toEqual([true, false])
  now = 300_000
  expect(abuse.isBanned('192.0.2.1')).toBe(false)
  for (let time = 0; time < 6; time++) {
    guess('192.0.2.1', 4)
    now += 3_600_001
  }
  expect(bans.map((ban) => Number(ban.split(' ')[1]) / 1000)).toEqual([300, 600, 1200, 2400, 3600, 3600, 3600])
})

test('a source is an IPv6 /64, and who is allowed is never banned nor held to a rate', () => {
  guess('2001:db8::1', 2)
  guess('2001:db8::2', 2)
  expect(abuse.isBanned('2001:db8::3')).toBe(true)
  for (const address of ['198.51.100.9', '2001:db8:1::1']) {
    guess(address, 50)
    expect([abuse.isBanned(address), ...[1, 2, 3].map(() => abuse.mayAskOptions(address))]).toEqual([false, true, true, true])
  }
})

test('isGuessed() protects a user from many sources, but not against its owner', () => {
  abuse.rightDigest('203.0.113.1', 'alice')
  for (let source = 0; source < 50; source++) abuse.wrongDigest(`192.0.2.${source}`, 'alice')
  expect(bans).toEqual([])
  expect(abuse.isGuessed('192.0.2.77', 'alice')).toBe(true)
  expect([abuse.isGuessed('203.0.113.1', 'alice'), abuse.isGuessed('192.0.2.77', 'bob')]).toEqual([false, false])
  now = 10 * MINUTE
  expect(abuse.isGuessed('192.0.2.77', 'alice')).toBe(false)
})

test('malformed() bans connections only: datagrams may bear a forged address', () => {
  for (let count = 0; count < 100; count++) abuse.malformed('192.0.2.1', false)
  expect(abuse.isBanned('192.0.2.1')).toBe(false)
  for (let count = 0; count < 3; count++) abuse.malformed('192.0.2.1', true)
  expect(abuse.isBanned('192.0.2.1')).toBe(true)
})

test('mayCallAnonymously() and mayAskOptions() hold each source to its rate', () => {
  expect([1, 2, 3].map(() => abuse.mayCallAnonymously('192.0.2.1'))).toEqual([true, true, false])
  expect([1, 2].map(() => abuse.mayAskOptions('192.0.2.1'))).toEqual([true, false])
  expect(abuse.mayCallAnonymously('192.0.2.2')).toBe(true)
})
