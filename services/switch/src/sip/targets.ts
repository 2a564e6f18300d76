import type { Flow, Target } from '@voipbin/sip'

/** Where to reach who sent something along a flow. */
export const targetOfFlow = (flow: Flow): Target => ({
  ...{ protocol: flow.protocol, host: flow.remote.host, port: flow.remote.port, listener: flow.listener },
  ...(flow.protocol === 'UDP' ? {} : { flow }),
})
