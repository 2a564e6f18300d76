import { expect, test } from 'vitest'
import { switchConfig } from '../config.ts'
import { advertisedTo, listenersOf } from './listeners.ts'

const config = (advertisedAddress: string, networks: string) => ({
  ...{ sipHosts: '0.0.0.0', sipUdpPort: 5060, sipTcpPort: 5060, advertisedAddress },
  localNetworks: switchConfig.localNetworks.schema.parse(networks),
})

test.each([
  ['auto', '', '192.168.1.20', undefined],
  ['auto', '192.168.1.0/24', '192.168.1.20', undefined],
  ['203.0.113.7', '', '192.168.1.20', '203.0.113.7'],
  ['203.0.113.7', '192.168.1.0/24', '192.168.1.20', undefined],
  ['203.0.113.7', '192.168.1.0/24,fd00::/8', 'fd00::20', undefined],
  ['203.0.113.7', '192.168.1.0/24', '192.168.2.20', '203.0.113.7'],
])('with %s and local networks "%s", SDP and Contact tell %s: %s', (advertised, networks, peer, told) => {
  const given = config(advertised, networks)
  expect(advertisedTo(given, peer)).toBe(told)
  for (const listener of listenersOf(given)) {
    const { host, isHiddenFrom } = { host: undefined, isHiddenFrom: undefined, ...listener.advertised }
    expect(isHiddenFrom?.(peer) ? undefined : host).toBe(told)
  }
})
