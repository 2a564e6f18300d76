import type { MethodOutput } from '@voipbin/contracts/contract'
import type { MediaQuality, SwitchContract } from '@voipbin/contracts/switch'
import type { SipAnalysis, TimelineEvent } from '@voipbin/contracts/timeline'

type Traced = MethodOutput<SwitchContract, 'traceCall'>['messages'][number]
type Events = readonly Pick<TimelineEvent, 'event_type' | 'data'>[]

export function toMessage({ at: timestamp, direction, peer, text: raw }: Traced): SipAnalysis['sip_messages'][number] {
  const [, ip = '', port = '0'] = /^[a-z]+:(.*):(\d+)$/.exec(peer) ?? []
  const [first = '', second = ''] = raw.split(/[ \r\n]/, 2)
  const method = first.startsWith('SIP/') ? second : first
  const [src, dst] = direction === 'in' ? [ip, ''] : ['', ip]
  const [srcPort, dstPort] = direction === 'in' ? [Number(port), 0] : [0, Number(port)]
  return { timestamp, method: method.slice(0, 64), raw, src_ip: src, src_port: srcPort, dst_ip: dst, dst_port: dstPort }
}

/** What the legs of a call were to SIP, told at the end of each: one, or as many as carriers were tried. */
export const sipCallIdsOf = (events: Events): string[] =>
  events.filter(({ event_type }) => event_type === 'channel.ended').map(({ data }) => String(data['sip_call_id'] ?? ''))

/** The latest that was measured; at the end of the call, all of it. */
export function qualityOf(events: Events): SipAnalysis['rtcp_stats'] {
  const measured = events.map(({ data }) => data['quality'] as MediaQuality | null | undefined).find((quality) => quality)
  if (!measured) return null
  const { jitter_ms, mos, loss_percent, packets_received, round_trip_ms } = measured
  const rtt = round_trip_ms === null ? null : Math.round(round_trip_ms)
  const notMeasured = { rtcp_bytes: null, rtcp_errors: null, rtcp_packets: null, rtp_bytes: null, rtp_errors: null }
  return { ...notMeasured, jitter: Math.round(jitter_ms), mos, packet_loss_pct: loss_percent, rtp_packets: packets_received, rtt }
}
