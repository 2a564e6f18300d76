import { bracketed, type NameAddr, nameAddr, Params, sipUri, type Target } from '@voipbin/sip'
import type { Transport } from './sip-parts.ts'

/** Where a peer reaches us: our address as it is seen from there. */
export function contactFor(transport: Pick<Transport, 'contactAddress'>, target: Target): NameAddr {
  const { host, port } = transport.contactAddress(target) ?? { host: '0.0.0.0', port: 5060 }
  const params = target.protocol === 'UDP' ? Params.none : Params.of({ transport: target.protocol.toLowerCase() })
  return nameAddr(sipUri({ host: bracketed(host), port, params }))
}
