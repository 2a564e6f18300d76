import type { Flow, Target } from '@voipbin/sip'

/** Where to reach who sent something along a flow. */
export const targetOfFlow = (flow: Flow): Target => ({
  ...{ protocol: flow.protocol, host: flow.remote.host, port: flow.remote.port, listener: flow.listener },
  ...(flow.protocol === 'UDP' ? {} : { flow }),
})

/**
 * A flow by a name that can be stored with a binding: `udp|main|192.0.2.7|40312`, with the number of its connection for TCP. Listeners are
 * named without bars.
 */
export const nameOfFlow = ({ protocol, listener, remote, connection }: Flow): string =>
  [protocol.toLowerCase(), listener, remote.host, remote.port, ...(protocol === 'UDP' ? [] : [connection])].join('|')

/** Where a flow of that name leads; undefined where it is no name of one. */
export function targetOfFlowName(name: string): Target | undefined {
  const [protocol = '', listener = '', host = '', port = '', connection] = name.split('|')
  const upper = protocol.toUpperCase()
  if ((upper !== 'UDP' && upper !== 'TCP') || listener === '' || !/^\d{1,5}$/.test(port)) return undefined
  const remote = { host, port: Number(port) }
  if (upper === 'UDP') return { protocol: upper, ...remote, listener }
  if (connection === undefined || !/^\d+$/.test(connection)) return undefined
  const flow: Flow = { protocol: upper, listener, local: { host: '', port: 0 }, remote, connection: Number(connection) }
  return { protocol: upper, ...remote, listener, flow }
}
