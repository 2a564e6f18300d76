import type { ChannelEnd } from '@voipbin/contracts/switch'
import type { MediaEngine } from '@voipbin/media'
import type { Metrics } from '@voipbin/service-kit'
import type { Channel } from '../channel/channel.ts'
import type { Channels } from '../channel/channels.ts'
import type { SipEndpoint } from '../sip/sip-endpoint.ts'

type Parts = {
  readonly metrics: Metrics
  readonly channels: Channels
  readonly engine: MediaEngine
  readonly endpoint: () => SipEndpoint | undefined
}

/** What operators see of a node. */
export function createSwitchMetrics({ metrics, channels, engine, endpoint }: Parts) {
  const ended = metrics.counter('voipbin_switch_channels_ended_total', 'Channels that ended', ['direction', 'by', 'cause'])
  const refused = metrics.counter('voipbin_switch_refused_total', 'INVITEs answered 503 because the node is full or stopping', ['rule'])
  const forbidden = metrics.counter('voipbin_switch_legs_forbidden_total', 'Legs that were not dialled, by the rule that forbade it', [
    'rule',
  ])
  const workersLost = metrics.counter('voipbin_switch_media_workers_lost_total', 'Media workers that died', [])
  metrics.gauge('voipbin_switch_channels', 'Channels', ['direction', 'phase'], async () => countBy(channels))
  metrics.gauge('voipbin_switch_sip', 'Messages and failures of the SIP transport since the start', ['count'], async () =>
    Object.entries({ ...endpoint()?.parts.transport.counts, ...endpoint()?.parts.layer.counts }).map(([count, value]) => ({
      labels: { count },
      value,
    })),
  )
  metrics.gauge('voipbin_switch_sip_transactions', 'SIP transactions', ['side'], async () => [
    { labels: { side: 'client' }, value: endpoint()?.parts.layer.clientCount ?? 0 },
    { labels: { side: 'server' }, value: endpoint()?.parts.layer.serverCount ?? 0 },
  ])
  metrics.gauge('voipbin_switch_sip_dialogs', 'SIP dialogs', [], async () => [{ labels: {}, value: endpoint()?.parts.dialogs.size ?? 0 }])
  metrics.gauge('voipbin_switch_media', 'Media: legs, ports, lateness of the tick in ms', ['what'], async () =>
    Object.entries(await engine.stats()).map(([what, value]) => ({ labels: { what }, value })),
  )
  return {
    ended(channel: Channel, { by, cause, rule }: ChannelEnd) {
      ended.add({ direction: channel.state.direction, by, cause })
      if (rule !== undefined) forbidden.add({ rule })
    },
    refusedByLoad: () => refused.add({ rule: channels.isDraining ? 'node_draining' : 'node_full' }),
    workerLost: () => workersLost.add(),
  }
}

function countBy(channels: Channels) {
  const counts = new Map<string, { labels: { direction: string; phase: string }; value: number }>()
  for (const { state } of channels) {
    const { direction, phase } = state
    const key = `${direction} ${phase}`
    const count = counts.get(key) ?? { labels: { direction, phase }, value: 0 }
    count.value++
    counts.set(key, count)
  }
  return [...counts.values()]
}
