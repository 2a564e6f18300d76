import type { MethodOutput } from '@voipbin/contracts/contract'
import type { MediaQuality, SwitchContract } from '@voipbin/contracts/switch'
import type { SipAnalysis, TimelineEvent } from '@voipbin/contracts/timeline'

export type Traced = MethodOutput<SwitchContract, 'traceCall'>['messages'][number]
type Events = readonly Pick<TimelineEvent, 'event_type' | 'data'>[]

export type End = { readonly ip: string; readonly port: number }
const NOWHERE: End = { ip: '', port: 0 }

export function toMessage(traced: Traced): SipAnalysis['sip_messages'][number] {
  const { at: timestamp, text: raw } = traced
  const [first = '', second = ''] = raw.split(/[ \r\n]/, 2)
  const method = first.startsWith('SIP/') ? second : first
  const { src, dst } = endsOf(traced)
  return { timestamp, method: method.slice(0, 64), raw, src_ip: src.ip, src_port: src.port, dst_ip: dst.ip, dst_port: dst.port }
}

/** From where to where; IPv6 in brackets, as it is told. */
export function endsOf({ direction, peer, local = '' }: Traced): { readonly src: End; readonly dst: End } {
  const [theirs, ours] = [endOf(peer.replace(/^[a-z]+:/, '')), endOf(local)]
  return direction === 'in' ? { src: theirs, dst: ours } : { src: ours, dst: theirs }
}

function endOf(told: string): End {
  const [, ip, port] = /^(.+):(\d{1,5})$/.exec(told) ?? []
  return ip === undefined ? NOWHERE : { ip, port: Number(port) }
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
