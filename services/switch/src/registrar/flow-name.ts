import { type Address, bracketed, type Flow, type Protocol, type Target } from '@voipbin/sip'

/**
 * The name of a flow, as bindings and `dial` know it: `UDP/lan/192.0.2.1/40312`, `TCP/lan/<life>/7`. Datagrams are addresses and outlive
 * the node; a connection is nothing to any other life of it.
 */
export function flowName(flow: Flow, life: string): string {
  const { protocol, listener, remote, connection } = flow
  return protocol === 'UDP' ? `UDP/${listener}/${remote.host}/${remote.port}` : `${protocol}/${listener}/${life}/${connection}`
}

/** Where the datagrams of a flow's name go. Undefined for a connection: only its node knows it. */
export function datagramTarget(name: string, bound: ReadonlyMap<string, Address>): Target | undefined {
  const [protocol, listener = '', host = '', portText = ''] = name.split('/')
  const local = bound.get(listener)
  const port = Number(portText)
  if (protocol !== 'UDP' || !local || host === '' || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined
  const remote = { host, port }
  return { protocol, ...remote, flow: { protocol, listener, local, remote, connection: 0 } }
}

/** Where a flow comes from, for people and tables: `udp:192.0.2.1:40312`. */
export const sourceText = (protocol: Protocol, { host, port }: Address): string => `${protocol.toLowerCase()}:${bracketed(host)}:${port}`
