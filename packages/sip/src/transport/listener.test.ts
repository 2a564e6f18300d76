import { describe, expect, it } from 'vitest'
import type { Flow, Target } from './flow.ts'
import { advertisedAddress, chooseListener, type Listener } from './listener.ts'

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
const chosen = (to: Target, among: readonly Listener[] = listeners, source = '10.0.0.1') =>
  chooseListener(among, to, { towards: () => source })?.options.name

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

  it('takes of several addresses the one that routes to the target, and where none does the first', () => {
    const both = [listener('lan', '10.0.0.1'), listener('wan', '203.0.113.1'), listener('loop', '127.0.0.1')]
    expect(chosen(target('192.0.2.1'), both, '203.0.113.1')).toBe('wan')
    expect(chosen(target('10.0.0.7'), both, '10.0.0.1')).toBe('lan')
    expect(chosen(target('172.16.0.1'), both, '172.16.0.9')).toBe('lan')
    expect(chosen(target('172.16.0.1'), [...both, listener('all', '0.0.0.0')], '172.16.0.9')).toBe('all')
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

  it('is not the setting to those whom that is hidden from', () => {
    const advertised = { host: '203.0.113.1', port: 5999, isHiddenFrom: (peer: string) => peer === '10.0.0.7' }
    const told = (host: string, peer: string) => advertisedAddress(listener('x', host, { advertised }), peer, addresses)
    expect(told('0.0.0.0', '10.0.0.7')).toEqual({ host: '10.0.0.9', port: 5060 })
    expect(told('10.0.0.1', '10.0.0.7')).toEqual({ host: '10.0.0.1', port: 5060 })
    expect(told('0.0.0.0', '10.0.0.8')).toEqual({ host: '203.0.113.1', port: 5999 })
  })
})
