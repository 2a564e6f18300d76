import type { DnsPort, Target } from '@voipbin/sip'
import { expect, test } from 'vitest'
import { withoutHosts } from './without-hosts.ts'

/** A carrier whose services are on other machines than its name. */
const dns: DnsPort = {
  naptr: async () => [],
  srv: async (name) => (name === '_sip._tcp.carrier.example' ? [{ priority: 1, weight: 1, port: 5070, name: 'tcp.carrier.example' }] : []),
  a: async (name) => (name === 'carrier.example' ? ['192.0.2.30'] : name === 'tcp.carrier.example' ? ['192.0.2.31'] : []),
  aaaa: async (name) => (name === 'six.example' ? ['2001:db8::30'] : []),
}
const at = (host: string, port = 5060): Target => ({ protocol: 'UDP', host, port })

test.each([
  ['its services', 'carrier.example', '192.0.2.31'],
  ['the machine of its name', 'carrier.example', '192.0.2.30'],
  ['its services, whatever port it has', 'carrier.example:5080', '192.0.2.31'],
  ['an address in other words', 'six.example', '2001:DB8:0::30'],
  ['an IPv4 address inside of IPv6', 'carrier.example', '::ffff:192.0.2.30'],
  ['an IPv6 address without brackets', '2001:db8::30', '2001:db8::30'],
])('nothing leads to %s', async (_what, host, target) => {
  expect(await withoutHosts([at('192.0.2.99'), at(target)], [host], dns)).toEqual([at('192.0.2.99')])
})

test('on the loopback every port is a host of its own', async () => {
  const both = [at('127.0.0.1', 5080), at('127.0.0.1', 5090)]
  expect(await withoutHosts(both, ['127.0.0.1:5080'], dns)).toEqual([at('127.0.0.1', 5090)])
})
