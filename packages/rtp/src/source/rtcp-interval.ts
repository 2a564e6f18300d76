/** RTCP takes 5 % of the session bandwidth, a quarter of it for senders (RFC 3550 §6.2). */
const SENDER_SHARE = 0.25
const MIN_INTERVAL_MS = 5_000
/** Makes up for the drift of timer reconsideration (§6.3.1): e − 3/2. */
const COMPENSATION = Math.E - 1.5

export type RtcpMembership = {
  /** All participants, ourselves included; 2 in a call. */
  readonly members: number
  readonly senders: number
  readonly isSender: boolean
  /** Octets a second for all RTCP; 5 % of the session bandwidth. */
  readonly rtcpOctetsPerSecond: number
  /** With UDP and IP headers; see `averageRtcpOctets`. */
  readonly averageOctets: number
  /** Nothing was sent yet: half the least interval. */
  readonly isFirst: boolean
}

/** The deterministic interval Td (RFC 3550 §6.3.1). */
export function rtcpIntervalMs({ members, senders, isSender, rtcpOctetsPerSecond, averageOctets, isFirst }: RtcpMembership): number {
  const isSharedOut = senders > 0 && senders <= members * SENDER_SHARE
  const share = isSharedOut ? (isSender ? SENDER_SHARE : 1 - SENDER_SHARE) : 1
  const among = isSharedOut ? (isSender ? senders : members - senders) : members
  const intervalMs = (1_000 * averageOctets * among) / (rtcpOctetsPerSecond * share)
  return Math.max(intervalMs, isFirst ? MIN_INTERVAL_MS / 2 : MIN_INTERVAL_MS)
}

/**
 * When the next report may go, by the clock that `lastMs` is of: half to one and a half times the interval, so that not all report at once.
 * @param random from 0 to below 1
 */
export function nextReportMs(lastMs: number, membership: RtcpMembership, random: number): number {
  return lastMs + (rtcpIntervalMs(membership) * (0.5 + random)) / COMPENSATION
}

/** The running average of all compound packets sent and received (RFC 3550 §6.3.3). */
export function averageRtcpOctets(average: number, packetOctets: number): number {
  return average + (packetOctets - average) / 16
}
