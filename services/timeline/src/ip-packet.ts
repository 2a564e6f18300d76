import { isIPv4, isIPv6 } from 'node:net'
import type { End } from './sip-analysis.ts'

/** Addresses are of either family, without brackets; anything else counts as unknown. */
export type Transfer = { readonly src: End; readonly dst: End; readonly payload: Buffer }

const TCP = 6
const UDP = 17
const HOP_LIMIT = 64
/** What fits into an IP packet of 65 535 octets with the longest headers here: IPv6 and TCP. */
export const MAX_PAYLOAD_OCTETS = 65_475

/** A datagram in its IP packet (RFC 768). What is longer than can be is cut. */
export function udpPacket({ src, dst, payload }: Transfer): Buffer {
  const content = payload.subarray(0, MAX_PAYLOAD_OCTETS)
  const header = Buffer.alloc(8)
  header.writeUInt16BE(src.port, 0)
  header.writeUInt16BE(dst.port, 2)
  header.writeUInt16BE(header.length + content.length, 4)
  const segment = Buffer.concat([header, content])
  const ends = addressesOf(src.ip, dst.ip)
  // Zero would say that there is no checksum.
  segment.writeUInt16BE(checksum(pseudoHeader(ends, UDP, segment.length), segment) || 0xffff, 6)
  return inIp(ends, UDP, segment)
}

/** Part of a connection that is open, PSH and ACK set (RFC 9293 §3.1). Sequence numbers are taken modulo 2³². */
export function tcpPacket({ src, dst, payload }: Transfer, { sequence, acknowledged }: { sequence: number; acknowledged: number }): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt16BE(src.port, 0)
  header.writeUInt16BE(dst.port, 2)
  header.writeUInt32BE(sequence >>> 0, 4)
  header.writeUInt32BE(acknowledged >>> 0, 8)
  header.writeUInt16BE(0x5018, 12) // five words of header; PSH, ACK
  header.writeUInt16BE(0xffff, 14) // window
  const segment = Buffer.concat([header, payload])
  const ends = addressesOf(src.ip, dst.ip)
  segment.writeUInt16BE(checksum(pseudoHeader(ends, TCP, segment.length), segment), 16)
  return inIp(ends, TCP, segment)
}

type Ends = { readonly isV6: boolean; readonly src: Buffer; readonly dst: Buffer }

function inIp(ends: Ends, protocol: number, segment: Buffer): Buffer {
  return Buffer.concat([ends.isV6 ? ipv6Header(ends, protocol, segment.length) : ipv4Header(ends, protocol, segment.length), segment])
}

/** RFC 791 §3.1: version and header length, total length, do not fragment, time to live, protocol, checksum, addresses. */
function ipv4Header({ src, dst }: Ends, protocol: number, octets: number): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt16BE(0x4500, 0)
  header.writeUInt16BE(header.length + octets, 2)
  header.writeUInt16BE(0x4000, 6)
  header.writeUInt8(HOP_LIMIT, 8)
  header.writeUInt8(protocol, 9)
  src.copy(header, 12)
  dst.copy(header, 16)
  header.writeUInt16BE(checksum(header), 10)
  return header
}

/** RFC 8200 §3: version, payload length, next header, hop limit, addresses. */
function ipv6Header({ src, dst }: Ends, protocol: number, octets: number): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(0x6000_0000, 0)
  header.writeUInt16BE(octets, 4)
  header.writeUInt8(protocol, 6)
  header.writeUInt8(HOP_LIMIT, 7)
  return Buffer.concat([header, src, dst])
}

/** RFC 9293 §3.1 and RFC 8200 §8.1: what they order differently adds up to the same. */
function pseudoHeader({ src, dst }: Ends, protocol: number, octets: number): Buffer {
  const rest = Buffer.alloc(8)
  rest.writeUInt32BE(octets, 0)
  rest.writeUInt8(protocol, 7)
  return Buffer.concat([src, dst, rest])
}

/** RFC 1071. All parts but the last have an even length. */
function checksum(...parts: readonly Buffer[]): number {
  let sum = 0
  for (const part of parts) {
    for (let at = 0; at + 1 < part.length; at += 2) sum += part.readUInt16BE(at)
    if (part.length % 2 === 1) sum += (part.at(-1) ?? 0) << 8
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Both of one family: an address that is unknown, or of the other one, becomes all zeros or is mapped (RFC 4291 §2.5.5.2). */
function addressesOf(src: string, dst: string): Ends {
  const isV6 = isIPv6(src) || isIPv6(dst)
  const octetsOf = isV6 ? ipv6Octets : ipv4Octets
  return { isV6, src: octetsOf(src), dst: octetsOf(dst) }
}

const ipv4Octets = (ip: string): Buffer => (isIPv4(ip) ? Buffer.from(ip.split('.').map(Number)) : Buffer.alloc(4))

/** A URL writes the groups in full words of hex, at most one run of zeros left out, and nothing in decimals. */
function ipv6Octets(ip: string): Buffer {
  const [address = ''] = (isIPv4(ip) ? `::ffff:${ip}` : ip).split('%')
  const octets = Buffer.alloc(16)
  if (!isIPv6(address)) return octets
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [left, right] = [groupsOf(head), groupsOf(tail)]
  for (const [index, group] of left.entries()) octets.writeUInt16BE(group, 2 * index)
  for (const [index, group] of right.entries()) octets.writeUInt16BE(group, 16 - 2 * (right.length - index))
  return octets
}

const groupsOf = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
