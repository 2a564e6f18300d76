import type { ListenerOptions } from '@voipbin/sip'
import type { SwitchConfig } from '../config.ts'

/** The sockets that the settings ask for: UDP and TCP on each address. */
export function listenersOf(config: Pick<SwitchConfig, 'sipHosts' | 'sipUdpPort' | 'sipTcpPort' | 'advertisedAddress'>): ListenerOptions[] {
  const hosts = config.sipHosts.split(',').map((host) => host.trim())
  const advertised = config.advertisedAddress === 'auto' ? {} : { advertised: { host: config.advertisedAddress } }
  return hosts
    .filter((host) => host !== '')
    .flatMap((host, index) => [
      { name: `udp${index}`, protocol: 'UDP', host, port: config.sipUdpPort, replies: 'asSource', ...advertised } as const,
      { name: `tcp${index}`, protocol: 'TCP', host, port: config.sipTcpPort, ...advertised } as const,
    ])
}
