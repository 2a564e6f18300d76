import { expect, it } from 'vitest'
import { DigitDecoder, RtpPacket, readRtcp, rtpTimestamp, sequenceNumber, TelephoneEvent, writeRtcp, writeRtpPacket } from '../src/index.ts'
import { datagram } from './packets.ts'
import { mutantOf, seededRandom } from './seeded-random.ts'

const MUTANTS = 5_000
const block = { fractionLost: 1, cumulativeLost: 2, extendedHighestSequence: 3, jitterTicks: 4, delaySinceLastSenderReport: 5 }

it(`RTP: ${MUTANTS} mutants, none throws, every payload lies within its datagram`, () => {
  const random = seededRandom(3550)
  const header = { payloadType: 0, hasMarker: false, sequenceNumber: sequenceNumber(1), timestamp: rtpTimestamp(2), ssrc: 3 }
  const payload = new Uint8Array(40)
  const seeds = [
    writeRtpPacket({ ...header, payload }),
    writeRtpPacket({ ...header, payload, csrcs: [1, 2, 3] }),
    writeRtpPacket({ ...header, payload, extension: { profile: 1, octets: new Uint8Array(8) }, padToOctets: 16 }),
  ]
  const packet = new RtpPacket()
  let read = 0
  for (let number = 0; number < MUTANTS; number++) {
    const octets = mutantOf(seeds, random)
    if (!packet.read(octets)) continue
    read++
    if (packet.payloadStart < 12 || packet.payloadStart > packet.payloadEnd || packet.payloadEnd > octets.length)
      throw new Error(`Mutant ${number}: payload from ${packet.payloadStart} to ${packet.payloadEnd} of ${octets.length}`)
  }
  expect(read).toBeGreaterThan(1_000)
  expect(read).toBeLessThan(MUTANTS - 500)
})

it(`RTCP: ${MUTANTS} mutants, none throws, what is read can be written and reads the same`, () => {
  const random = seededRandom(3551)
  const reports = [{ ...block, ssrc: 9, lastSenderReport: 0 as never }]
  const seeds = [
    writeRtcp([
      {
        kind: 'sender-report',
        ssrc: 1,
        ntp: { seconds: 1, fraction: 2 },
        timestamp: rtpTimestamp(3),
        packetCount: 4,
        octetCount: 5,
        reports,
      },
      { kind: 'source-description', chunks: [{ ssrc: 1, items: [{ type: 1, text: 'someone@example.com' }] }] },
      { kind: 'goodbye', ssrcs: [1], reason: 'bored' },
    ]),
    writeRtcp([
      { kind: 'receiver-report', ssrc: 1, reports },
      { kind: 'other', packetType: 204, count: 0, octets: new Uint8Array(12) },
    ]),
  ]
  let read = 0
  for (let number = 0; number < MUTANTS; number++) {
    const packets = readRtcp(mutantOf(seeds, random))
    if (!packets) continue
    read++
    // Texts that are not UTF-8 grow when written again, and may pass 255 octets; all others must come back the same.
    if (JSON.stringify(packets).includes('\ufffd') || JSON.stringify(packets).includes('"reason":""')) continue
    expect(readRtcp(writeRtcp(packets)), `mutant ${number}`).toEqual(packets)
  }
  expect(read).toBeGreaterThan(500)
})

it(`telephone-event: ${MUTANTS} mutants, none throws, no event makes more than one digit`, () => {
  const random = seededRandom(4733)
  const seeds = [
    datagram({ payloadType: 101, timestamp: 800, payload: Uint8Array.of(5, 0x0a, 1, 0x40) }),
    datagram({ payloadType: 101, timestamp: 800, payload: Uint8Array.of(5, 0x8a, 3, 0x20) }),
  ]
  let digits = 0
  let received = 0
  const decoder = new DigitDecoder({ clockRateHz: 8_000, onDigit: () => digits++ })
  const packet = new RtpPacket()
  for (let number = 0; number < MUTANTS; number++) {
    if (!packet.read(mutantOf(seeds, random))) continue
    new TelephoneEvent().read(packet.octets, packet.payloadStart, packet.payloadEnd + random(3))
    if (decoder.receive(packet, number)) received++
    decoder.expire(number)
  }
  decoder.close()
  expect(received).toBeGreaterThan(500)
  expect(digits).toBeLessThan(received)
})
