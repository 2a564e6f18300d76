import { describe, expect, it } from 'vitest'
import type { Flow, Target } from './flow.ts'
import { advertisedAddress, chooseListener, InterfaceAddresses, isInNetwork, type Listener } from './listener.ts'

const listener = (name: string, host: string, more: Partial<Listener['options']> = {}): Listener => ({
  options: { name, protocol: 'UDP', host, port: 5060, ...more },
  local: { host, port: 5060 },
  close: async () => {},
})
const listeners = [
  listener('all', '0.0.0.0'),
  listener('lan', '10.0.0.1'),
  listener('loop', '127.0.0.1'),
  listener('six', '::'),
  listener('tcp', '0.0.0.0', { protocol: 'TCP' }),
]
const target = (host: string, more: Partial<Target> = {}): Target => ({ protocol: 'UDP', host, port: 5060, ...more })
const chosen = (to: Target, among: readonly Listener[] = listeners) => chooseListener(among, to)?.options.name

describe('chooseListener()', () => {
  it('takes what is bound closest: loopback to loopback, an address before all', () => {
    expect(chosen(target('127.0.0.5'))).toBe('loop')
    expect(chosen(target('192.0.2.1'))).toBe('lan')
    expect(chosen(target('192.0.2.1'), [listeners[0] ?? expect.fail(), listener('loop', '127.0.0.1')])).toBe('all')
    expect(chosen(target('2001:db8::1'))).toBe('six')
    expect(chosen(target('192.0.2.1', { protocol: 'TCP' }))).toBe('tcp')
    expect(chosen(target('192.0.2.1', { protocol: 'TLS' }))).toBeUndefined()
    expect(chosen(target('192.0.2.1'), [listener('loop', '127.0.0.1')])).toBeUndefined()
  })

  it('takes the one that is named, or that a flow came by', () => {
    const flow: Flow = { protocol: 'UDP', listener: 'all', connection: 0, local: { host: '', port: 1 }, remote: { host: '', port: 1 } }
    expect(chosen(target('192.0.2.1', { listener: 'all' }))).toBe('all')
    expect(chosen(target('192.0.2.1', { flow }))).toBe('all')
    expect(chosen(target('192.0.2.1', { listener: 'tcp' }))).toBeUndefined()
    expect(chosen(target('192.0.2.1', { listener: 'gone' }))).toBeUndefined()
  })
})

describe('advertisedAddress()', () => {
  const addresses = { towards: () => '10.0.0.9' }

  it('is the setting, else what is bound, else what routes to the peer', () => {
    expect(
      advertisedAddress(listener('x', '0.0.0.0', { advertised: { host: '203.0.113.1', port: 5999 } }), '192.0.2.1', addresses),
    ).toEqual({
      ...{ host: '203.0.113.1', port: 5999 },
    })
    expect(advertisedAddress(listener('x', '10.0.0.1'), '192.0.2.1', addresses)).toEqual({ host: '10.0.0.1', port: 5060 })
    expect(advertisedAddress(listener('x', '0.0.0.0', { advertised: { port: 80 } }), '192.0.2.1', addresses)).toEqual({
      host: '10.0.0.9',
      port: 80,
    })
  })
})

describe('InterfaceAddresses', () => {
  const at = (address: string, cidr: string, internal = false) => ({
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    address,
    internal,
    cidr,
  })

  it('takes the interface of the peer’s network, else the first that is no loopback, and asks again after a while', () => {
    let now = 0
    let asked = 0
    const addresses = new InterfaceAddresses(
      () => now,
      () => {
        asked++
        return [
          at('127.0.0.1', '127.0.0.1/8', true),
          at('192.0.2.7', '192.0.2.7/24'),
          at('10.1.2.3', '10.1.2.3/16'),
          at('2001:db8::7', '2001:db8::7/64'),
        ]
      },
    )
    expect(['127.0.0.9', '10.1.9.9', '8.8.8.8', '2001:db8::1'].map((peer) => addresses.towards(peer))).toEqual([
      ...['127.0.0.1', '10.1.2.3', '192.0.2.7', '2001:db8::7'],
    ])
    expect(asked).toBe(1)
    now = 5_000
    addresses.towards('8.8.8.8')
    expect(asked).toBe(2)
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
