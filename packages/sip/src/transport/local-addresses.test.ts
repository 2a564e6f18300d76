import { describe, expect, it } from 'vitest'
import { isInNetwork, RoutedAddresses } from './local-addresses.ts'

describe('RoutedAddresses', () => {
  const at = (address: string, cidr: string, internal = false) => ({
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    address,
    internal,
    cidr,
  })

  const interfaces = [
    at('127.0.0.1', '127.0.0.1/8', true),
    at('192.0.2.7', '192.0.2.7/24'),
    at('10.1.2.3', '10.1.2.3/16'),
    at('2001:db8::7', '2001:db8::7/64'),
  ]

  it('says what the kernel says, and asks it again after a while', () => {
    let now = 0
    const asked: string[] = []
    const ask = (peer: string) => {
      asked.push(peer)
      return '10.8.0.2'
    }
    const addresses = new RoutedAddresses({ now: () => now, list: () => interfaces, ask })
    expect(['192.0.2.9', '192.0.2.9', '8.8.8.8'].map((peer) => addresses.towards(peer))).toEqual(Array(3).fill('10.8.0.2'))
    expect(asked).toEqual(['192.0.2.9', '8.8.8.8'])
    now = 5_000
    addresses.towards('8.8.8.8')
    expect(asked).toHaveLength(3)
  })

  it('takes the interface of the peer’s network where there is no route, else the first that is no loopback', () => {
    const addresses = new RoutedAddresses({ list: () => interfaces, ask: () => undefined })
    expect(['127.0.0.9', '10.1.9.9', '8.8.8.8', '2001:db8::1'].map((peer) => addresses.towards(peer))).toEqual([
      ...['127.0.0.1', '10.1.2.3', '192.0.2.7', '2001:db8::7'],
    ])
  })

  it.each([
    ['192.0.2.255', '192.0.2.0/24', true],
    ['192.0.3.0', '192.0.2.0/24', false],
    ['192.0.3.0', '192.0.2.0/23', true],
    ['10.0.0.1', '0.0.0.0/0', true],
    ['2001:db8::ffff', '2001:db8::/64', true],
    ['2001:db8:0:1::1', '2001:db8::/64', false],
    ['::1', '127.0.0.0/8', false],
  ])('%s in %s: %s', (host, cidr, expected) => expect(isInNetwork(host, cidr)).toBe(expected))
})
