import type { IncomingMessage } from 'node:http'
import { parseNetworks } from '@voipbin/service-kit'
import { describe, expect, test } from 'vitest'
import { createClientAddress } from './client-address.ts'

const request = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage

describe('createClientAddress()', () => {
  const proxies = parseNetworks('10.0.0.0/8, 2001:db8::/32, 192.0.2.1')

  test.each([
    ['the peer', '198.51.100.1', {}, '198.51.100.1'],
    ['an IPv4 peer of a dual-stack socket', '::ffff:198.51.100.1', {}, '198.51.100.1'],
    ['the peer, whatever it claims', '198.51.100.1', { 'cf-connecting-ip': '1.1.1.1', 'x-forwarded-for': '1.1.1.1' }, '198.51.100.1'],
    ['what a proxy says', '10.1.2.3', { 'cf-connecting-ip': '1.1.1.1' }, '1.1.1.1'],
    ['what a mapped proxy says', '::ffff:10.1.2.3', { 'cf-connecting-ip': '2a00::1' }, '2a00::1'],
    ['the last one that is no proxy', '2001:db8::1', { 'x-forwarded-for': '6.6.6.6, 1.1.1.1, 10.9.9.9, 192.0.2.1' }, '1.1.1.1'],
    ['the proxy, where it says nonsense', '192.0.2.1', { 'cf-connecting-ip': 'x', 'x-forwarded-for': 'unknown, ' }, '192.0.2.1'],
    ['the proxy, where all are proxies', '10.0.0.1', { 'x-forwarded-for': '10.0.0.2' }, '10.0.0.1'],
  ])('is %s', (_name, peer, headers, expected) => {
    expect(createClientAddress(proxies)(request(peer, headers))).toBe(expected)
  })

  test('believes nobody where nobody is trusted', () => {
    expect(createClientAddress(parseNetworks(''))(request('10.0.0.1', { 'cf-connecting-ip': '1.1.1.1' }))).toBe('10.0.0.1')
  })
})
