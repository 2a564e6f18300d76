import { describe, expect, it } from 'vitest'
import { compactNtp, compactNtpBits, compactNtpUnits, ntpTime, roundTripMs } from './ntp-time.ts'
import { addTicks, rtpTimestamp, ticksBetween } from './rtp-timestamp.ts'
import { addToSequence, sequenceDistance, sequenceNumber } from './sequence-number.ts'

describe('numbers that wrap', () => {
  it.each([
    [0, 1, 1],
    [1, 0, -1],
    [65_535, 0, 1],
    [0, 65_535, -1],
    [0, 32_767, 32_767],
    [0, 32_768, -32_768],
    [40_000, 40_000, 0],
  ])('sequenceDistance() from %i to %i is %i', (from, to, distance) => {
    expect(sequenceDistance(sequenceNumber(from), sequenceNumber(to))).toBe(distance)
  })

  it('sequence numbers and timestamps wrap both ways', () => {
    expect(addToSequence(sequenceNumber(65_535), 2)).toBe(1)
    expect(addToSequence(sequenceNumber(0), -1)).toBe(65_535)
    expect(addTicks(rtpTimestamp(2 ** 32 - 1), 160)).toBe(159)
    expect(addTicks(rtpTimestamp(0), -1)).toBe(2 ** 32 - 1)
    expect(ticksBetween(rtpTimestamp(2 ** 32 - 80), rtpTimestamp(80))).toBe(160)
    expect(ticksBetween(rtpTimestamp(80), rtpTimestamp(2 ** 32 - 80))).toBe(-160)
  })
})

describe('NTP time', () => {
  it('counts from 1900 and wraps in 2036', () => {
    expect(ntpTime(0)).toEqual({ seconds: 2_208_988_800, fraction: 0 })
    expect(ntpTime(500)).toEqual({ seconds: 2_208_988_800, fraction: 2 ** 31 })
    expect(ntpTime((2 ** 32 - 2_208_988_800) * 1_000).seconds).toBe(0)
  })

  it('gives the round trip of the example in RFC 3550 §6.4.1, figure 2', () => {
    expect(roundTripMs(compactNtpBits(0xb705_2000), 0x0005_4000, compactNtpBits(0xb710_8000))).toBe(6_125)
  })

  it('gives a round trip over the wrap, none without a report, none that makes no sense', () => {
    const sentMs = (2 ** 16 * 40_000 - 2_208_988_800) * 1_000 - 50
    const sent = compactNtp(ntpTime(sentMs))
    expect(roundTripMs(sent, compactNtpUnits(30), compactNtp(ntpTime(sentMs + 130)))).toBeCloseTo(100, 0)
    expect(roundTripMs(compactNtpBits(0), 0, sent)).toBeUndefined()
    expect(roundTripMs(sent, compactNtpUnits(500), compactNtp(ntpTime(sentMs + 400)))).toBe(0)
    expect(roundTripMs(sent, compactNtpUnits(5_000), compactNtp(ntpTime(sentMs)))).toBeUndefined()
  })
})
