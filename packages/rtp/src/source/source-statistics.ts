import { type CompactNtp, compactNtp, compactNtpBits, compactNtpUnits, type NtpTime } from '../number/ntp-time.ts'
import { type RtpTimestamp, rtpTimestamp } from '../number/rtp-timestamp.ts'
import { type SequenceNumber, sequenceDistance } from '../number/sequence-number.ts'
import type { ReportBlock } from '../packet/rtcp-packet.ts'

/** Packets in sequence before a source counts as one (RFC 3550 A.1). */
const MIN_SEQUENTIAL = 2
/** A gap up to this is loss; a larger one a restart, or noise. */
const MAX_DROPOUT = 3_000
/** A packet up to this far back is late or doubled. */
const MAX_MISORDER = 100

export type Arrival =
  /** Counted. */
  | 'valid'
  /** Too early to tell whether this is a source. */
  | 'probation'
  /** Far off the sequence; a second one in a row is a restart. */
  | 'stray'

/** One source as a receiver sees it: loss (RFC 3550 A.1, A.3) and jitter (A.8). */
export class SourceStatistics {
  readonly #ticksPerMs: number
  #probation = MIN_SEQUENTIAL
  #hasStarted = false
  #highest = 0 as SequenceNumber
  /** Wraps × 65 536. */
  #cycles = 0
  /** Extended number of the first packet. */
  #base = 0
  #expectedAfterStray = -1
  #received = 0
  #expectedAtReport = 0
  #receivedAtReport = 0
  #hasTransit = false
  #lastTransitTicks = 0
  #lastTimestamp = rtpTimestamp(0)
  #jitterTicks = 0
  #lastSenderReport: CompactNtp = compactNtpBits(0)
  #senderReportMs = 0

  constructor(clockRateHz: number) {
    this.#ticksPerMs = clockRateHz / 1_000
  }

  /** Takes note of one packet; `arrivalMs` is of any clock that does not jump. */
  receive(sequence: SequenceNumber, timestamp: RtpTimestamp, arrivalMs: number): Arrival {
    const arrival = this.#place(sequence)
    if (arrival === 'valid') {
      this.#received++
      this.#estimateJitter(timestamp, arrivalMs)
    }
    return arrival
  }

  #place(sequence: SequenceNumber): Arrival {
    if (!this.#hasStarted) {
      this.#hasStarted = true
      this.#highest = sequence
      this.#probation = MIN_SEQUENTIAL - 1
      return 'probation'
    }
    if (this.#probation > 0) return this.#testSource(sequence)
    const distance = sequenceDistance(this.#highest, sequence)
    if (distance > 0 && distance < MAX_DROPOUT) {
      if (sequence < this.#highest) this.#cycles += 0x10000
      this.#highest = sequence
    } else if (distance <= 0 && distance > -MAX_MISORDER) {
      // Late or doubled: counted, as A.1 does, so that loss may become negative.
    } else if (sequence === this.#expectedAfterStray) {
      this.#restart(sequence)
    } else {
      this.#expectedAfterStray = (sequence + 1) & 0xffff
      return 'stray'
    }
    return 'valid'
  }

  #testSource(sequence: SequenceNumber): Arrival {
    const isNext = sequenceDistance(this.#highest, sequence) === 1
    this.#highest = sequence
    this.#probation = isNext ? this.#probation - 1 : MIN_SEQUENTIAL - 1
    if (this.#probation > 0) return 'probation'
    this.#restart(sequence)
    return 'valid'
  }

  #restart(sequence: SequenceNumber): void {
    this.#highest = sequence
    this.#cycles = 0
    this.#base = sequence
    this.#received = 0
    this.#expectedAtReport = 0
    this.#receivedAtReport = 0
    this.#expectedAfterStray = -1
    this.#jitterTicks = 0
    this.#hasTransit = false
  }

  /**
   * Next jitter estimate (RFC 3550 §6.4.1, A.8). Packets of one timestamp are the updates of one event: they say nothing of the network,
   * as their timestamp stands still by rule (RFC 4733 §2.5.1.1).
   */
  #estimateJitter(timestamp: RtpTimestamp, arrivalMs: number): void {
    if (this.#hasTransit && timestamp === this.#lastTimestamp) return
    const transit = rtpTimestamp(Math.round(arrivalMs * this.#ticksPerMs) - timestamp)
    if (this.#hasTransit) {
      const difference = Math.abs((transit - this.#lastTransitTicks) | 0)
      this.#jitterTicks += (difference - this.#jitterTicks) / 16
    }
    this.#hasTransit = true
    this.#lastTransitTicks = transit
    this.#lastTimestamp = timestamp
  }

  get isValid(): boolean {
    return this.#hasStarted && this.#probation === 0
  }

  get receivedPackets(): number {
    return this.#received
  }

  get expectedPackets(): number {
    return this.isValid ? this.extendedHighestSequence - this.#base + 1 : 0
  }

  /** Negative when more were doubled than lost. */
  get cumulativeLost(): number {
    return this.expectedPackets - this.#received
  }

  get extendedHighestSequence(): number {
    return this.#cycles + this.#highest
  }

  get jitterTicks(): number {
    return Math.floor(this.#jitterTicks)
  }

  get jitterMs(): number {
    return this.#jitterTicks / this.#ticksPerMs
  }

  /** Takes note of a sender report of this source, for which the peer measures the round trip. */
  receiveSenderReport(ntp: NtpTime, arrivalMs: number): void {
    this.#lastSenderReport = compactNtp(ntp)
    this.#senderReportMs = arrivalMs
  }

  /** The report block of this source; the fraction counts from the call before (A.3). */
  report(ssrc: number, nowMs: number): ReportBlock {
    const expected = this.expectedPackets
    const expectedSince = expected - this.#expectedAtReport
    const lostSince = expectedSince - (this.#received - this.#receivedAtReport)
    this.#expectedAtReport = expected
    this.#receivedAtReport = this.#received
    return {
      ssrc,
      fractionLost: expectedSince > 0 && lostSince > 0 ? Math.min(255, Math.floor((lostSince * 256) / expectedSince)) : 0,
      cumulativeLost: Math.max(-0x800000, Math.min(0x7fffff, this.cumulativeLost)),
      extendedHighestSequence: this.extendedHighestSequence >>> 0,
      jitterTicks: this.jitterTicks,
      lastSenderReport: this.#lastSenderReport,
      delaySinceLastSenderReport: this.#lastSenderReport === 0 ? 0 : compactNtpUnits(nowMs - this.#senderReportMs),
    }
  }
}
