/**
 * Measures what every RTP packet costs on one core: the header read, a packet forwarded (read and rewritten), a frame of G.711 decoded into
 * a jitter buffer, taken and encoded again. Run: `node bench/rtp.ts`.
 */
import { JitterBuffer, OutgoingStream, PitchConcealer, pcmu, RtpPacket, rtpTimestamp, sequenceNumber, writeRtpHeader } from '@voipbin/rtp'
import { type BenchResult, conditions, printResult } from './report.ts'

const ROUNDS = 7
const FRAME = 160
const PACKET_OCTETS = 172
const MIN_READS_PER_CORE_SECOND = 3_000_000

type Work = { readonly name: string; readonly count: number; readonly run: (number: number) => number }

function works(): readonly Work[] {
  const datagram = new Uint8Array(PACKET_OCTETS).fill(0x5a)
  const packet = new RtpPacket()
  const samples = new Int16Array(FRAME)
  const frame = new Int16Array(FRAME)
  const stream = new OutgoingStream({ ssrc: 7, firstSequenceNumber: 1, firstTimestamp: 1, clockRateHz: 8_000 })
  const jitter = new JitterBuffer({ sampleRateHz: 8_000, concealer: new PitchConcealer(8_000) })
  stream.mapPayloadTypes([[0, 0]])
  const write = (number: number): void => {
    const timestamp = rtpTimestamp(number * FRAME)
    writeRtpHeader(datagram, { payloadType: 0, hasMarker: false, sequenceNumber: sequenceNumber(number), timestamp, ssrc: 1 })
  }
  write(0)
  const read = (number: number): number => {
    datagram[3] = number
    return packet.read(datagram) ? packet.payloadOctets : 0
  }
  return [
    { name: 'header read', count: 3_000_000, run: read },
    {
      name: 'header written and read',
      count: 2_000_000,
      run: (number) => {
        write(number)
        return packet.read(datagram) ? packet.payloadOctets : 0
      },
    },
    {
      name: 'packet written, read and forwarded',
      count: 1_000_000,
      run: (number) => {
        write(number)
        return packet.read(datagram) && stream.forward(packet, number * 20) ? packet.payloadOctets : 0
      },
    },
    {
      name: 'frame decoded, buffered, taken, encoded',
      count: 100_000,
      run: (number) => {
        write(number)
        packet.read(datagram)
        jitter.put(packet, samples, pcmu.decode(datagram, packet.payloadStart, packet.payloadEnd, samples))
        jitter.take(frame)
        return pcmu.encode(frame, FRAME, datagram, 12)
      },
    },
  ]
}

function measure({ name, count, run }: Work) {
  const rounds = Array.from({ length: ROUNDS }, (_, round) => {
    const cpu = process.cpuUsage()
    let octets = 0
    for (let number = 0; number < count; number++) octets += run(round * count + number)
    const { user, system } = process.cpuUsage(cpu)
    if (octets !== count * FRAME) throw new Error(`Cannot measure "${name}": ${octets} octets instead of ${count * FRAME}`)
    return (user + system) / count
  })
  const middle = rounds.slice(1).sort((one, other) => one - other)[Math.floor((ROUNDS - 1) / 2)] ?? Number.POSITIVE_INFINITY
  return { name, figures: { 'CPU, ns each': Math.round(middle * 1_000), 'per core and second': Math.round(1_000_000 / middle) } }
}

export function benchRtp(): BenchResult {
  const around = conditions({ rounds: ROUNDS, 'octets a packet': PACKET_OCTETS })
  const rows = works().map(measure)
  const reads = rows[0]?.figures['per core and second'] ?? 0
  return {
    name: 'rtp',
    conditions: around,
    // Middle of the rounds; CPU of the whole process.
    rows: Object.fromEntries(rows.map(({ name, figures }) => [name, figures])),
    targets: [
      {
        name: 'headers read per core and second',
        limit: `≥ ${MIN_READS_PER_CORE_SECOND}`,
        measured: reads,
        isMet: reads >= MIN_READS_PER_CORE_SECOND,
      },
    ],
  }
}

if (import.meta.main) printResult(benchRtp())
