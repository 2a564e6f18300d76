import { parseAllowList, specialUseOf } from '@voipbin/outbound'
import { defaultPort, type SipUri, type Target, type Uri, unbracketed } from '@voipbin/sip'

/** Whether a URI that a customer named may lead to this target. */
export type Reach = (uri: Uri, target: Target) => boolean

/**
 * The public Internet and what the operator lists, as of web servers: a customer would else have a node send requests to hosts that only the
 * node can reach. Judged by the address that a request goes to, whatever name led there; a listed name may lead anywhere.
 * @throws SyntaxError for a malformed list
 */
export function createReach(allow: string): Reach {
  const list = parseAllowList(allow)
  return (uri, { host, port }) =>
    specialUseOf(host) === undefined ||
    list.hasAddress(host) ||
    list.hasHost(host, port) ||
    (uri.kind === 'sip' && list.hasHost(hostOf(uri), uri.port ?? defaultPort('UDP')))
}

/** What is looked up, which need not be what the URI is called by. */
const hostOf = ({ host, params }: SipUri): string => unbracketed(params.get('maddr') || host).toLowerCase()

/** Address of a binding's source, as `udp:192.0.2.1:40312` or `tcp:[2001:db8::1]:5060`; empty where there is none. */
export const addressOfSource = (source: string): string => unbracketed(/^[a-z]+:(.+):\d+$/.exec(source)?.[1] ?? '')
