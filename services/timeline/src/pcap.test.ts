import { describe, expect, test } from 'vitest'
import { packetOf, pcapOf } from './pcap.ts'
import type { Traced } from './sip-analysis.ts'

const invite = 'INVITE sip:a@b SIP/2.0\r\nAuthorization: (not kept)\r\n\r\n'
const traced = (more: Partial<Traced> = {}): Traced => ({
  ...{ at: '2026-11-22T16:20:05.123456Z', direction: 'in', peer: 'udp:192.0.2.7:5060', local: '198.51.100.1:5080', text: invite },
  ...more,
})

type Packet = {
  readonly time: readonly [number, number]
  readonly version: number
  readonly ends: string
  readonly protocol: number
  readonly sequence: number
  readonly acknowledged: number
  readonly text: string
}

/** Reads the file as its format says, with every length and checksum held to the rules. */
function read(file: Buffer): Packet[] {
  expect([file.readUInt32LE(0), file.readUInt16LE(4), file.readUInt16LE(6), file.readUInt32LE(20)]).toEqual([0xa1b2c3d4, 2, 4, 101])
  const packets: Packet[] = []
  for (let at = 24; at < file.length; ) {
    const [seconds, micros, octets, onTheWire] = [0, 4, 8, 12].map((offset) => file.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
      number,
    ]
    expect(onTheWire).toBe(octets)
    expect(octets).toBeLessThanOrEqual(file.readUInt32LE(16))
    packets.push({ time: [seconds, micros], ...readIp(file.subarray(at + 16, at + 16 + octets)) })
    at += 16 + octets
  }
  return packets
}

function readIp(packet: Buffer): Omit<Packet, 'time'> {
  const version = packet.readUInt8(0) >> 4
  const isV4 = version === 4
  const protocol = packet.readUInt8(isV4 ? 9 : 6)
  const addresses = isV4 ? packet.subarray(12, 20) : packet.subarray(8, 40)
  const segment = packet.subarray(isV4 ? 20 : 40)
  if (isV4) {
    expect(packet.readUInt16BE(2)).toBe(packet.length)
    expect(foldedSum(packet.subarray(0, 20))).toBe(0xffff)
  } else expect(packet.readUInt16BE(4)).toBe(segment.length)
  const lengthAndProtocol = Buffer.from([0, protocol, segment.length >> 8, segment.length & 0xff])
  expect(foldedSum(Buffer.concat([addresses, lengthAndProtocol, segment]))).toBe(0xffff)
  const [src, dst] = [addresses.subarray(0, addresses.length / 2), addresses.subarray(addresses.length / 2)].map((each) =>
    isV4 ? [...each].join('.') : each.toString('hex'),
  )
  const ends = `${src} ${segment.readUInt16BE(0)} → ${dst} ${segment.readUInt16BE(2)}`
  if (protocol === 17) expect(segment.readUInt16BE(4)).toBe(segment.length)
  const [sequence, acknowledged] = protocol === 6 ? [segment.readUInt32BE(4), segment.readUInt32BE(8)] : [0, 0]
  const text = segment.toString('utf8', protocol === 6 ? (segment.readUInt8(12) >> 4) * 4 : 8)
  return { version, ends, protocol, sequence, acknowledged, text }
}

/** All ones where what was summed holds its own checksum (RFC 1071). */
function foldedSum(octets: Buffer): number {
  const even = octets.length % 2 === 0 ? octets : Buffer.concat([octets, Buffer.alloc(1)])
  let sum = 0
  for (let at = 0; at < even.length; at += 2) {
    sum += even.readUInt16BE(at)
    if (sum > 0xffff) sum -= 0xffff
  }
  return sum
}

const captured = (...all: readonly Traced[]) => read(pcapOf(all.map(packetOf)))

describe('pcapOf()', () => {
  test('of nothing is a header alone', () => expect(captured()).toEqual([]))

  test('writes a datagram that came in, with its time, its ends and its text', () => {
    const seconds = Date.UTC(2026, 10, 22, 16, 20, 5) / 1000
    expect(captured(traced())).toMatchObject([
      { time: [seconds, 123_456], version: 4, protocol: 17, ends: '192.0.2.7 5060 → 198.51.100.1 5080', text: invite },
    ])
  })

  test('turns the ends round for what went out, and knows texts of odd length and other letters', () => {
    const text = 'SIP/2.0 200 Jürgen\r\n\r\n!!'
    expect(captured(traced({ direction: 'out', text }))).toMatchObject([{ ends: '198.51.100.1 5080 → 192.0.2.7 5060', text }])
  })

  test('writes IPv6, shortened or with an IPv4 address in it', () => {
    const [packet] = captured(traced({ peer: 'udp:[2001:db8::7]:5062', local: '[::ffff:192.0.2.1]:5060' }))
    const [src, dst] = ['20010db8000000000000000000000007', '00000000000000000000ffffc0000201']
    expect(packet).toMatchObject({ version: 6, ends: `${src} 5062 → ${dst} 5060`, text: invite })
  })

  test('leaves an end that is not known at zero, in the family of the other', () => {
    const { local: _local, ...alone } = traced()
    expect(captured(alone)).toMatchObject([{ ends: '192.0.2.7 5060 → 0.0.0.0 0' }])
    const [packet] = captured({ ...alone, peer: 'udp:[fe80::1%eth0]:5060' })
    expect(packet?.ends).toBe(`fe80${'0'.repeat(27)}1 5060 → ${'0'.repeat(32)} 0`)
  })

  test('counts the octets of a connection in both directions, and each connection for itself', () => {
    const over = (direction: 'in' | 'out', text: string, port = 40_000) => traced({ direction, text, peer: `tcp:192.0.2.7:${port}` })
    const packets = captured(over('in', 'four'), over('out', 'sixsix'), over('in', 'more'), over('in', 'other', 40_001))
    expect(packets.map(({ protocol, sequence, acknowledged }) => [protocol, sequence, acknowledged])).toEqual([
      [6, 1, 1],
      [6, 1, 5],
      [6, 5, 7],
      [6, 1, 1],
    ])
  })

  test.each([
    ['cuts a datagram', 'udp', [65_475]],
    ['goes on in another packet of a connection', 'tls', [65_475, 34_525]],
  ])('%s that no IP packet could hold', (_what, protocol, lengths) => {
    const packets = captured(traced({ peer: `${protocol}:[2001:db8::7]:5061`, local: '[2001:db8::1]:5061', text: 'x'.repeat(100_000) }))
    expect(packets.map(({ text }) => text.length)).toEqual(lengths)
  })
})
