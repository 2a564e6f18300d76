import { bracketed, type NameAddr, nameAddr, Params, type SipTransport, sipUri, type Target } from '@voipbin/sip'

/** Where a peer reaches us: our address as it is seen from there. */
export function contactFor(transport: SipTransport, target: Target): NameAddr {
  const { host, port } = transport.contactAddress(target) ?? { host: '0.0.0.0', port: 5060 }
  const params = target.protocol === 'UDP' ? Params.none : Params.of({ transport: target.protocol.toLowerCase() })
  return nameAddr(sipUri({ host: bracketed(host), port, params }))
}
