import { parseTime } from '@voipbin/contracts/time'
import { MAX_PAYLOAD_OCTETS, type Transfer, tcpPacket, udpPacket } from './ip-packet.ts'
import { type End, endsOf, type Traced } from './sip-analysis.ts'

/** Something that was sent, and over what. */
export type Sent = Transfer & { readonly timestamp: string; readonly isDatagram: boolean }

const MAGIC = 0xa1b2c3d4 // times in microseconds
const LINKTYPE_RAW = 101 // packets begin with the IP header, of either version
const SNAPSHOT_OCTETS = 262_144 // more than any packet here

/** TLS and WebSocket are left out: what was said in them is shown as if it had been said over TCP. */
export function packetOf(traced: Traced): Sent {
  const { src, dst } = endsOf(traced)
  return {
    ...{ timestamp: traced.at, isDatagram: traced.peer.startsWith('udp:') },
    ...{ src: withoutBrackets(src), dst: withoutBrackets(dst), payload: Buffer.from(traced.text) },
  }
}

const withoutBrackets = ({ ip, port }: End): End => ({ ip: ip.replace(/^\[(.*)\]$/, '$1'), port: port > 0xffff ? 0 : port })

/**
 * A capture file of the classic libpcap format (draft-ietf-opsawg-pcap §4), little-endian: magic, version 2.4, time zone and accuracy
 * (both 0), longest packet, link type; then each packet behind its seconds, microseconds, octets in the file, octets on the wire.
 */
export function pcapOf(all: readonly Sent[]): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(MAGIC, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(SNAPSHOT_OCTETS, 16)
  header.writeUInt32LE(LINKTYPE_RAW, 20)
  const streams: Streams = new Map()
  const packets = all.flatMap((sent) => {
    const made = sent.isDatagram ? [udpPacket(sent)] : tcpPackets(streams, sent)
    return made.flatMap((packet) => [recordHeader(sent.timestamp, packet.length), packet])
  })
  return Buffer.concat([header, ...packets])
}

function recordHeader(timestamp: string, octets: number): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(Math.floor(parseTime(timestamp) / 1000), 0)
  header.writeUInt32LE(Number(timestamp.slice(20, 26)), 4)
  header.writeUInt32LE(octets, 8)
  header.writeUInt32LE(octets, 12)
  return header
}

/** Of each direction of a connection, the number of the next octet: without these a reader would take one message for a repetition of another. */
type Streams = Map<string, number>

function tcpPackets(streams: Streams, { src, dst, payload }: Transfer): Buffer[] {
  const [there, back] = [`${src.ip} ${src.port} ${dst.ip} ${dst.port}`, `${dst.ip} ${dst.port} ${src.ip} ${src.port}`]
  const packets: Buffer[] = []
  for (let at = 0; at < payload.length; at += MAX_PAYLOAD_OCTETS) {
    const part = payload.subarray(at, at + MAX_PAYLOAD_OCTETS)
    const sequence = streams.get(there) ?? 1
    packets.push(tcpPacket({ src, dst, payload: part }, { sequence, acknowledged: streams.get(back) ?? 1 }))
    streams.set(there, sequence + part.length)
  }
  return packets
}
