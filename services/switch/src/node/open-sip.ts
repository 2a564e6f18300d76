import { registrarPort } from '@voipbin/contracts/switch-ports'
import { flagOf, type Setting, SettingError } from '@voipbin/service-kit'
import type { DnsPort } from '@voipbin/sip'
import type { Admission } from '../admission/admission.ts'
import { openFrontDoor } from '../admission/front-door.ts'
import type { Channels } from '../channel/channels.ts'
import { switchConfig } from '../config.ts'
import { capabilities } from '../sip/capabilities.ts'
import { listenersOf } from '../sip/listeners.ts'
import { type Door, type EndpointOptions, newToken, SipEndpoint } from '../sip/sip-endpoint.ts'
import type { SwitchKit } from './switch-kit.ts'

type Parts = {
  readonly channels: Channels
  readonly onInvite: EndpointOptions['onInvite']
  /** In place of digests, trunks, bans and rates. */
  readonly admission?: Admission | undefined
  readonly dns?: DnsPort | undefined
  readonly openTransport?: EndpointOptions['openTransport'] | undefined
}

/** Opens the sockets of a node, and the door that everything from outside of a dialog comes in by. @throws where an address cannot be bound */
export async function openSip(kit: SwitchKit, { channels, onInvite, admission, ...injected }: Parts): Promise<SipEndpoint> {
  const { config, clock, log } = kit
  let endpoint: SipEndpoint | undefined
  const door: Door = admission
    ? { admit: admission }
    : openFrontDoor({
        ...{ settings: config, clock, log, metrics: kit.metrics, node: kit.node, capabilities, newTag: newToken },
        registrar: kit.client(registrarPort),
        bound: () => endpoint?.parts.transport.bound ?? new Map(),
        sendKeepAlive: (flow) => endpoint?.parts.transport.sendKeepAlive(flow),
        load: () => ({
          ...{ calls: channels.size, capacity: channels.capacity, pendingOffers: channels.pendingOffers },
          backlogMs: endpoint?.parts.transport.backlogMs ?? 0,
        }),
      })
  try {
    endpoint = await SipEndpoint.open({
      listeners: listenersOf(config),
      clock,
      log,
      onInvite,
      door,
      traceCalls: config.traceCalls,
      ...present(injected),
    })
  } catch (error) {
    door.close?.()
    throw toSettingError(error)
  }
  return endpoint
}

/** Without what is undefined. */
const present = ({ dns, openTransport }: Pick<Parts, 'dns' | 'openTransport'>) => ({
  ...(dns && { dns }),
  ...(openTransport && { openTransport }),
})

const named = (setting: Setting) => `${setting.name} (${flagOf(setting)})`

function toSettingError(error: unknown): unknown {
  const { code, address, port } = error as { code?: string; address?: string; port?: number }
  const { sipUdpPort, sipTcpPort, sipHosts } = switchConfig
  const ports = `${named(sipUdpPort)} and ${named(sipTcpPort)}`
  if (code === 'EADDRINUSE')
    return new SettingError(`Cannot open SIP: port ${port} of ${address} is taken: stop who has it, or set ${ports}`)
  if (code === 'EADDRNOTAVAIL') return new SettingError(`Cannot open SIP: ${address} is no address of this machine: set ${named(sipHosts)}`)
  return error
}
