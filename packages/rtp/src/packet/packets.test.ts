import { describe, expect, it } from 'vitest'
import { compactNtpBits } from '../number/ntp-time.ts'
import { rtpTimestamp } from '../number/rtp-timestamp.ts'
import { sequenceNumber } from '../number/sequence-number.ts'
import { readRtcp } from './read-rtcp.ts'
import { CNAME, type ReportBlock, type RtcpPacket } from './rtcp-packet.ts'
import { isRtcp, RtpPacket, type RtpParts, writeRtpPacket } from './rtp-packet.ts'
import { digitOfEvent, eventOfDigit, TelephoneEvent, writeTelephoneEvent } from './telephone-event.ts'
import { writeRtcp } from './write-rtcp.ts'

const parts: RtpParts = {
  payloadType: 101,
  hasMarker: true,
  sequenceNumber: sequenceNumber(0xfedc),
  timestamp: rtpTimestamp(0xfeed_beef),
  ssrc: 0xdead_beef,
  payload: Uint8Array.of(1, 2, 3),
}
const octets = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex')

describe('RtpPacket', () => {
  it('reads what is written, octet for octet', () => {
    const written = writeRtpPacket(parts)
    expect(Buffer.from(written).toString('hex')).toBe('80e5fedcfeedbeefdeadbeef010203')
    const packet = new RtpPacket()
    expect(packet.read(written)).toBe(true)
    expect(packet).toMatchObject({ payloadType: 101, hasMarker: true, sequenceNumber: 0xfedc, timestamp: 0xfeed_beef, ssrc: 0xdead_beef })
    expect(packet.octets.subarray(packet.payloadStart, packet.payloadEnd)).toEqual(Uint8Array.of(1, 2, 3))
    expect(packet.octets).toBe(written)
  })

  it('reads CSRCs, an extension and padding', () => {
    const extension = { profile: 0xbede, octets: Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2) }
    const written = writeRtpPacket({ ...parts, csrcs: [7, 0xffff_ffff], extension, padToOctets: 4 })
    expect(written.length % 4).toBe(0)
    const packet = new RtpPacket()
    expect(packet.read(written)).toBe(true)
    expect([packet.csrcCount, packet.csrc(0), packet.csrc(1)]).toEqual([2, 7, 0xffff_ffff])
    expect(packet.extensionProfile).toBe(0xbede)
    expect(packet.octets.subarray(packet.extensionStart, packet.payloadStart)).toEqual(extension.octets)
    expect(packet.octets.subarray(packet.payloadStart, packet.payloadEnd)).toEqual(parts.payload)
    expect(packet.read(writeRtpPacket(parts)) && packet.extensionProfile).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['half a header', '8000 0001 0000 0000'],
    ['version 1', '4000 0001 0000 0000 0000 0000'],
    ['CSRCs beyond the end', '8100 0001 0000 0000 0000 0000'],
    ['an extension beyond the end', '9000 0001 0000 0000 0000 0000 0000 0001'],
    ['half an extension header', '9000 0001 0000 0000 0000 0000 0000'],
    ['padding of nothing', 'a000 0001 0000 0000 0000 0000 00'],
    ['more padding than payload', 'a000 0001 0000 0000 0000 0000 02'],
  ])('refuses %s', (_, hex) => {
    expect(new RtpPacket().read(octets(hex))).toBe(false)
  })

  it('takes a packet without payload, and one of padding alone', () => {
    const packet = new RtpPacket()
    expect(packet.read(octets('8000 0001 0000 0000 0000 0000')) && packet.payloadOctets).toBe(0)
    expect(packet.read(octets('a000 0001 0000 0000 0000 0000 0002')) && packet.payloadOctets).toBe(0)
  })

  it('refuses to write what cannot be', () => {
    expect(() => writeRtpPacket({ ...parts, csrcs: Array(16).fill(1) })).toThrow(RangeError)
    expect(() => writeRtpPacket({ ...parts, extension: { profile: 1, octets: new Uint8Array(3) } })).toThrow(RangeError)
  })
})

describe('telephone-event', () => {
  it('knows sixteen digits and nothing else', () => {
    expect([...'0123456789*#ABCD'].map((digit) => digitOfEvent(eventOfDigit(digit) ?? -1)).join('')).toBe('0123456789*#ABCD')
    expect([eventOfDigit('a'), eventOfDigit('E'), eventOfDigit(''), eventOfDigit('12'), digitOfEvent(16)]).toEqual([
      12,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('reads what is written', () => {
    const payload = new Uint8Array(6)
    writeTelephoneEvent(payload, 1, { event: 11, isEnd: true, volume: 10, durationTicks: 0x0320 })
    expect(Buffer.from(payload).toString('hex')).toBe('000b8a032000')
    const event = new TelephoneEvent()
    expect(event.read(payload, 1, 5)).toBe(true)
    expect(event).toMatchObject({ event: 11, isEnd: true, volume: 10, durationTicks: 800 })
    expect(event.read(payload, 1, 4)).toBe(false)
    expect(event.read(payload, 4, 8)).toBe(false)
  })
})

const report: ReportBlock = {
  ssrc: 0x0102_0304,
  fractionLost: 64,
  cumulativeLost: -3,
  extendedHighestSequence: 0x0001_ffff,
  jitterTicks: 123,
  lastSenderReport: compactNtpBits(0xb705_2000),
  delaySinceLastSenderReport: 0x0005_4000,
}
const compound: readonly RtcpPacket[] = [
  {
    kind: 'sender-report',
    ssrc: 0xffff_fffe,
    ntp: { seconds: 0xb44d_b705, fraction: 0x2000_0000 },
    timestamp: rtpTimestamp(0xf000_0000),
    packetCount: 0xffff_ffff,
    octetCount: 160,
    reports: [report, { ...report, cumulativeLost: 0x7fffff }],
  },
  { kind: 'receiver-report', ssrc: 5, reports: [] },
  {
    kind: 'source-description',
    chunks: [
      {
        ssrc: 5,
        items: [
          { type: CNAME, text: 'a@b' },
          { type: 2, text: 'Zoë' },
        ],
      },
      { ssrc: 6, items: [] },
    ],
  },
  { kind: 'other', packetType: 205, count: 1, octets: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 2) },
  { kind: 'goodbye', ssrcs: [5, 6], reason: undefined },
]

describe('RTCP', () => {
  it('reads what is written', () => {
    const written = Uint8Array.from(writeRtcp(compound))
    expect(written.length % 4).toBe(0)
    expect(readRtcp(written)).toEqual(compound)
    expect(isRtcp(written)).toBe(true)
    expect(isRtcp(writeRtpPacket(parts))).toBe(false)
    expect(isRtcp(writeRtpPacket({ ...parts, payloadType: 0 }))).toBe(false)
  })

  it.each(['a', 'ab', 'abc', 'abcd', 'abcde'])('fills items and reasons up to words: %s', (text) => {
    const packets: readonly RtcpPacket[] = [
      { kind: 'receiver-report', ssrc: 5, reports: [] },
      { kind: 'source-description', chunks: [{ ssrc: 5, items: [{ type: CNAME, text }] }] },
    ]
    expect(readRtcp(writeRtcp(packets))).toEqual(packets)
    const bye = readRtcp(writeRtcp([...packets, { kind: 'goodbye', ssrcs: [1], reason: text }]))?.at(-1)
    expect(bye).toEqual({ kind: 'goodbye', ssrcs: [1], reason: text })
  })

  it('takes padding of the last packet, and a profile extension behind the blocks', () => {
    expect(readRtcp(octets('80c9 0001 0000 0005 a0c8 0007 0000 0001 00000000 00000000 00000000 00000000 00000000 00000004'))).toHaveLength(
      2,
    )
    expect(readRtcp(octets('80c9 0002 0000 0005 1234 5678'))).toEqual([{ kind: 'receiver-report', ssrc: 5, reports: [] }])
  })

  it.each([
    ['nothing', ''],
    ['half a word', '80c9'],
    ['version 1', '40c9 0001 0000 0005'],
    ['a length beyond the end', '80c9 0002 0000 0005'],
    ['no report first', '81cb 0001 0000 0005'],
    ['more blocks than there are', '81c9 0001 0000 0005'],
    ['no room for the SSRC', '80c9 0000'],
    ['padding before the last', 'a0c9 0002 0000 0005 0000 0004 80c9 0001 0000 0005'],
    ['padding of no words', 'a0c9 0002 0000 0005 0000 0003'],
    ['padding of the header', 'a0c9 0001 0000 0008'],
    ['an item beyond the end', '80c9 0001 0000 0005 81ca 0002 0000 0005 0109 6100'],
    ['items without an end', '80c9 0001 0000 0005 81ca 0002 0000 0005 0102 6161'],
    ['a BYE for more than there are', '80c9 0001 0000 0005 82cb 0001 0000 0005'],
    ['a reason beyond the end', '80c9 0001 0000 0005 81cb 0002 0000 0005 0461 6161'],
  ])('refuses %s', (_, hex) => {
    expect(readRtcp(octets(hex))).toBeUndefined()
  })
})
