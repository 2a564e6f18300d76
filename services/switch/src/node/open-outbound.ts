import { registrarPort } from '@voipbin/contracts/switch-ports'
import { resolveUri } from '@voipbin/sip'
import { OutboundRegistrations } from '../registrar/outbound-registrations.ts'
import type { SipEndpoint } from '../sip/sip-endpoint.ts'
import type { SwitchKit } from './switch-kit.ts'

/** Registers this node with the platform's carriers. */
export function openOutbound({ clock, log, metrics, client }: SwitchKit, { parts }: SipEndpoint): OutboundRegistrations {
  const { layer, dns, transport, newToken } = parts
  return new OutboundRegistrations({
    ...{ layer, scheduler: clock, random: Math.random, newToken, log, metrics },
    resolve: (uri) => resolveUri(uri, { dns, protocols: ['UDP', 'TCP'] }),
    contactAddress: (target) => transport.contactAddress(target),
    sendKeepAlive: (target, failed) => transport.sendKeepAliveTo(target, failed),
    list: async () => (await client(registrarPort).listOutboundRegistrations({}, { isTriedOnce: true })).result,
  })
}
