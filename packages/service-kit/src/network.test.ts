import { expect, test } from 'vitest'
import { networkOf, parseNetworks } from './network.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:9:9:9:9', '2001:db8:0:0::/64'],
  ['2001:0DB8::ffff', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:3:4:192.0.2.7', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
  ['nowhere', 'nowhere'],
])('networkOf("%s") is "%s"', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test.each(['nonsense', '192.0.2.1/33', '192.0.2.1/', '2001:db8::/129', '192.0.2.0/-1', '10.0.0.0/8/9'])(
  'parseNetworks() refuses "%s"',
  (text) => {
    expect(() => parseNetworks(text)).toThrow(TypeError)
  },
)

test('parseNetworks() knows addresses, networks and nothing', () => {
  const isIn = parseNetworks(' 192.0.2.7,10.0.0.0/8 , ::1')
  expect(['192.0.2.7', '192.0.2.8', '10.9.9.9', '::1', '::2', 'name'].map(isIn)).toEqual([true, false, true, true, false, false])
  expect(parseNetworks('')('192.0.2.7')).toBe(false)
})
