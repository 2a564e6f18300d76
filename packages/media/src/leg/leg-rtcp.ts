import {
  averageRtcpOctets,
  CNAME,
  compactNtp,
  nextReportMs,
  ntpTime,
  type OutgoingStream,
  type ReportBlock,
  type RtcpPacket,
  readRtcp,
  roundTripMs,
  type SourceLatch,
  writeRtcp,
} from '@voipbin/rtp'
import type { MediaSocket } from '../network/sockets.ts'
import type { LegInput } from './leg-input.ts'
import type { LegOutput } from './leg-output.ts'

export type RtcpOptions = {
  readonly latch: SourceLatch
  readonly input: LegInput
  readonly output: LegOutput
  readonly random: () => number
  readonly unixMs: () => number
}

/** 5 % of the 64 kbit/s of a G.711 call. */
const OCTETS_PER_SECOND = 400
const TYPICAL_OCTETS = 120
/** UDP and IP. */
const HEADERS_OCTETS = 28

/** Sender and receiver reports of one leg (RFC 3550 §6). */
export class LegRtcp {
  socket: MediaSocket | undefined
  remotePort = 0
  roundTripMs: number | undefined
  readonly #options: RtcpOptions
  readonly #cname: string
  #averageOctets = TYPICAL_OCTETS
  #dueMs: number | undefined
  #isFirst = true
  #packetsAtReport = 0

  constructor(options: RtcpOptions) {
    this.#options = options
    this.#cname = Math.floor(options.random() * 2 ** 48).toString(36) // RFC 7022 §4.2: says nothing of who we are
  }

  receive(datagram: Buffer, address: string, port: number, nowMs: number): void {
    const { latch, input, output, unixMs } = this.#options
    if (latch.source && latch.source.address !== address) return // not where the media comes from
    const packets = readRtcp(datagram)
    if (!packets) {
      input.counts.malformed++
      return
    }
    if (latch.source) this.remotePort = port
    this.#averageOctets = averageRtcpOctets(this.#averageOctets, datagram.length + HEADERS_OCTETS)
    for (const packet of packets) {
      if (packet.kind !== 'sender-report' && packet.kind !== 'receiver-report') continue
      if (packet.kind === 'sender-report' && packet.ssrc === input.ssrc) input.statistics.receiveSenderReport(packet.ntp, nowMs)
      const ofUs = packet.reports.find(({ ssrc }) => ssrc === output.stream?.ssrc)
      if (!ofUs) continue
      const now = compactNtp(ntpTime(unixMs()))
      this.roundTripMs = roundTripMs(ofUs.lastSenderReport, ofUs.delaySinceLastSenderReport, now) ?? this.roundTripMs
    }
  }

  /** Called now and then: sends a report when one is due. */
  tick(nowMs: number): void {
    const { latch, output, random } = this.#options
    if (this.remotePort === 0 || !output.stream) return
    const isSender = output.stream.packetCount > this.#packetsAtReport
    const membership = {
      ...{ members: 2, senders: isSender ? 2 : 1, isSender, rtcpOctetsPerSecond: OCTETS_PER_SECOND },
      ...{ averageOctets: this.#averageOctets, isFirst: this.#isFirst },
    }
    this.#dueMs ??= nextReportMs(nowMs, membership, random())
    if (nowMs < this.#dueMs) return
    const to = latch.destination(nowMs)
    if (to) this.#send(to.address, isSender, nowMs)
    this.#isFirst = false
    this.#packetsAtReport = output.stream.packetCount
    this.#dueMs = nextReportMs(nowMs, { ...membership, isFirst: false }, random())
  }

  /** Tells the peer that nothing more comes. */
  goodbye(nowMs: number): void {
    const { latch, output } = this.#options
    if (this.remotePort === 0 || !output.stream || this.#isFirst) return
    const to = latch.destination(nowMs)
    if (to) this.#send(to.address, false, nowMs, true)
  }

  #send(address: string, isSender: boolean, nowMs: number, isLast = false): void {
    const { stream } = this.#options.output
    if (!stream) return
    const { ssrc } = stream
    const packets: RtcpPacket[] = [
      this.#report(stream, isSender, nowMs),
      { kind: 'source-description', chunks: [{ ssrc, items: [{ type: CNAME, text: this.#cname }] }] },
    ]
    if (isLast) packets.push({ kind: 'goodbye', ssrcs: [ssrc], reason: undefined })
    const octets = writeRtcp(packets)
    this.#averageOctets = averageRtcpOctets(this.#averageOctets, octets.length + HEADERS_OCTETS)
    this.socket?.send(octets, this.remotePort, address)
  }

  #report(stream: OutgoingStream, isSender: boolean, nowMs: number): RtcpPacket {
    const { ssrc, packetCount, octetCount } = stream
    const reports = this.#reports(nowMs)
    if (!isSender) return { kind: 'receiver-report', ssrc, reports }
    const ntp = ntpTime(this.#options.unixMs())
    return { kind: 'sender-report', ssrc, ntp, timestamp: stream.timestampAt(nowMs), packetCount, octetCount, reports }
  }

  #reports(nowMs: number): readonly ReportBlock[] {
    const { input } = this.#options
    return input.ssrc === undefined || !input.statistics.isValid ? [] : [input.statistics.report(input.ssrc, nowMs)]
  }
}
