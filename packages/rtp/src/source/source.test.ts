import { describe, expect, it } from 'vitest'
import { compactNtp, ntpTime, roundTripMs } from '../number/ntp-time.ts'
import { rtpTimestamp } from '../number/rtp-timestamp.ts'
import { sequenceNumber } from '../number/sequence-number.ts'
import { estimateMos, estimateRating, G711_QUALITY, G711_QUALITY_WITHOUT_CONCEALMENT } from './estimate-mos.ts'
import { averageRtcpOctets, nextReportMs, type RtcpMembership, rtcpIntervalMs } from './rtcp-interval.ts'
import { SourceStatistics } from './source-statistics.ts'

/** Packets of 20 ms that arrive as they were sent, `lateMs` after. */
function receive(source: SourceStatistics, sequence: number, lateMs = 0) {
  return source.receive(sequenceNumber(sequence), rtpTimestamp(sequence * 160), sequence * 20 + lateMs)
}

function started(first = 100): SourceStatistics {
  const source = new SourceStatistics(8_000)
  expect([receive(source, first), receive(source, first + 1)]).toEqual(['probation', 'valid'])
  return source
}

describe('SourceStatistics', () => {
  it('begins when two packets came in sequence', () => {
    const source = new SourceStatistics(8_000)
    expect([5, 9, 20, 21].map((sequence) => receive(source, sequence))).toEqual(['probation', 'probation', 'probation', 'valid'])
    expect(source.isValid).toBe(true)
    expect([source.expectedPackets, source.receivedPackets, source.cumulativeLost]).toEqual([1, 1, 0])
  })

  it('counts wraps', () => {
    const source = started(65_533)
    for (const sequence of [65_535, 65_536, 65_537]) receive(source, sequence)
    expect(source.extendedHighestSequence).toBe(65_537)
    expect([source.expectedPackets, source.cumulativeLost]).toEqual([4, 0])
    receive(source, 65_536)
    expect(source.extendedHighestSequence).toBe(65_537)
    for (let sequence = 65_538; sequence < 3 * 65_536; sequence++) receive(source, sequence)
    expect(source.extendedHighestSequence).toBe(3 * 65_536 - 1)
    expect(source.cumulativeLost).toBe(-1)
  })

  it('reports loss since the report before, and in all (A.3)', () => {
    const source = started(0)
    for (const sequence of [2, 3, 6, 7, 8]) receive(source, sequence)
    // Expected 1 to 8, lost 4 and 5.
    expect(source.report(1, 0)).toMatchObject({ fractionLost: 64, cumulativeLost: 2, extendedHighestSequence: 8 })
    for (const sequence of [9, 10]) receive(source, sequence)
    expect(source.report(1, 0)).toMatchObject({ fractionLost: 0, cumulativeLost: 2 })
    expect(source.report(1, 0)).toMatchObject({ fractionLost: 0, cumulativeLost: 2 })
    receive(source, 4)
    expect(source.report(1, 0)).toMatchObject({ fractionLost: 0, cumulativeLost: 1 })
  })

  it('repeats when which sender report came, so that the peer can measure the round trip', () => {
    const source = started()
    expect(source.report(9, 5_000)).toMatchObject({ ssrc: 9, lastSenderReport: 0, delaySinceLastSenderReport: 0 })
    const sentMs = 1_700_000_000_000
    source.receiveSenderReport(ntpTime(sentMs), 700)
    const { lastSenderReport, delaySinceLastSenderReport } = source.report(9, 950)
    expect(delaySinceLastSenderReport).toBe(16_384)
    expect(roundTripMs(lastSenderReport, delaySinceLastSenderReport, compactNtp(ntpTime(sentMs + 330)))).toBeCloseTo(80, 0)
  })

  it('counts late and doubled packets, so that loss may become negative', () => {
    const source = started()
    for (const sequence of [101, 101, 102]) expect(receive(source, sequence)).toBe('valid')
    expect(source.cumulativeLost).toBe(-2)
    expect(source.report(1, 0).fractionLost).toBe(0)
  })

  it('passes over a stray, and begins anew at two of them in a row', () => {
    const source = started()
    expect([receive(source, 40_000), receive(source, 102), receive(source, 20_000), receive(source, 20_001)]).toEqual([
      'stray',
      'valid',
      'stray',
      'valid',
    ])
    expect([source.expectedPackets, source.receivedPackets]).toEqual([1, 1])
  })

  it('estimates jitter as A.8: none on an even stream, 1/16 of each difference', () => {
    const source = started(0)
    for (let sequence = 2; sequence < 50; sequence++) receive(source, sequence)
    expect(source.jitterTicks).toBe(0)
    receive(source, 50, 10)
    expect(source.jitterTicks).toBe(5)
    receive(source, 51, 10)
    expect(source.jitterMs).toBeCloseTo((5 * 15) / 16 / 8, 6)
  })

  it('comes to the mean difference of steady jitter', () => {
    const source = started(0)
    for (let sequence = 2; sequence < 500; sequence++) receive(source, sequence, sequence % 2 === 0 ? 0 : 30)
    expect(source.jitterMs).toBeCloseTo(30, 0)
  })

  it('does not take the updates of one event for jitter', () => {
    const source = started(0)
    for (let update = 0; update < 20; update++) source.receive(sequenceNumber(2 + update), rtpTimestamp(320), 40 + update * 20)
    receive(source, 22)
    expect(source.jitterTicks).toBe(0)
    expect(source.receivedPackets).toBe(22)
  })
})

describe('RTCP interval', () => {
  const call: RtcpMembership = { members: 2, senders: 2, isSender: true, rtcpOctetsPerSecond: 400, averageOctets: 120, isFirst: false }

  it('is 5 s in a call, half at first', () => {
    expect(rtcpIntervalMs(call)).toBe(5_000)
    expect(rtcpIntervalMs({ ...call, isFirst: true })).toBe(2_500)
  })

  it('grows with members, and gives senders a quarter', () => {
    expect(rtcpIntervalMs({ ...call, members: 100, senders: 50 })).toBe(30_000)
    expect(rtcpIntervalMs({ ...call, members: 100, senders: 10 })).toBe(12_000)
    expect(rtcpIntervalMs({ ...call, members: 100, senders: 10, isSender: false })).toBe(36_000)
  })

  it('spreads reports from half to one and a half times, compensated', () => {
    const least = nextReportMs(1_000, call, 0)
    const most = nextReportMs(1_000, call, 1)
    expect(least).toBeCloseTo(1_000 + 2_500 / 1.21828, 1)
    expect(most).toBeCloseTo(1_000 + 7_500 / 1.21828, 1)
  })

  it('averages sizes by a sixteenth', () => {
    expect(averageRtcpOctets(120, 200)).toBe(125)
  })
})

describe('estimateMos()', () => {
  const path = { codec: G711_QUALITY, oneWayDelayMs: 0, lossFraction: 0 }

  it('is 4.41 at best, and never below 1', () => {
    expect(estimateRating(path)).toBeCloseTo(93.2, 5)
    expect(estimateMos(path)).toBeCloseTo(4.41, 2)
    expect(estimateMos({ ...path, lossFraction: 1, oneWayDelayMs: 5_000 })).toBe(1)
    expect(estimateMos({ ...path, lossFraction: 7 })).toBeGreaterThanOrEqual(1)
  })

  it('falls with delay, more beyond 177 ms', () => {
    expect(estimateRating({ ...path, oneWayDelayMs: 100 })).toBeCloseTo(90.8, 5)
    expect(estimateRating({ ...path, oneWayDelayMs: 277.3 })).toBeCloseTo(93.2 - 6.6552 - 11, 3)
  })

  it('falls with loss, with bursts more, and without concealment most', () => {
    const lost = { ...path, lossFraction: 0.03 }
    expect(estimateRating(lost)).toBeCloseTo(93.2 - (95 * 3) / 28.1, 5)
    const scores = [path, lost, { ...lost, burstRatio: 3 }, { ...lost, codec: G711_QUALITY_WITHOUT_CONCEALMENT }].map(estimateMos)
    expect(scores).toEqual(scores.toSorted((one, other) => other - one))
    expect(new Set(scores).size).toBe(4)
  })
})
