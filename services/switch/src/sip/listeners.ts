import type { ListenerOptions } from '@voipbin/sip'
import type { SwitchConfig } from '../config.ts'

type Config = Pick<SwitchConfig, 'sipHosts' | 'sipUdpPort' | 'sipTcpPort' | 'advertisedAddress' | 'localNetworks'>

/** The sockets that the settings ask for: UDP and TCP on each address. */
export function listenersOf(config: Config): ListenerOptions[] {
  const hosts = config.sipHosts.split(',').map((host) => host.trim())
  const { advertisedAddress, localNetworks } = config
  const advertised = advertisedAddress === 'auto' ? {} : { advertised: { host: advertisedAddress, isHiddenFrom: localNetworks } }
  return hosts
    .filter((host) => host !== '')
    .flatMap((host, index) => [
      { name: `udp${index}`, protocol: 'UDP', host, port: config.sipUdpPort, replies: 'asSource', ...advertised } as const,
      { name: `tcp${index}`, protocol: 'TCP', host, port: config.sipTcpPort, ...advertised } as const,
    ])
}

/** What SDP says to a peer that we are reached at; undefined: the address that the port is bound to. */
export function advertisedTo({ advertisedAddress, localNetworks }: Config, peer: string): string | undefined {
  return advertisedAddress === 'auto' || localNetworks(peer) ? undefined : advertisedAddress
}
