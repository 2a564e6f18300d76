import { beforeEach, describe, expect, it } from 'vitest'
import { packet } from '../../test/packets.ts'
import { rtpTimestamp } from '../number/rtp-timestamp.ts'
import { RtpPacket } from '../packet/rtp-packet.ts'
import { OutgoingStream } from './outgoing-stream.ts'

type Seen = readonly [sequence: number, timestamp: number, payloadType: number, hasMarker: boolean]

let stream: OutgoingStream
const seen: Seen[] = []
const read = new RtpPacket()

function note(octets: Uint8Array): void {
  expect(read.read(octets)).toBe(true)
  expect(read.ssrc).toBe(7)
  seen.push([read.sequenceNumber, read.timestamp, read.payloadType, read.hasMarker])
}

function forward(
  ssrc: number,
  sequence: number,
  nowMs: number,
  { timestamp = sequence * 160, payloadType = 0, hasMarker = false } = {},
): boolean {
  const received = packet({ ssrc, sequence: sequence & 0xffff, timestamp, payloadType, hasMarker })
  const isSent = stream.forward(received, nowMs)
  if (isSent) note(received.octets)
  return isSent
}

function own(timestamp: number, nowMs: number, payloadType = 0): void {
  const octets = new Uint8Array(172)
  stream.writeOwn(octets, { payloadType, timestamp: rtpTimestamp(timestamp), hasMarker: false, payloadOctets: 160 }, nowMs)
  note(octets)
}

beforeEach(() => {
  seen.length = 0
  stream = new OutgoingStream({ ssrc: 7, firstSequenceNumber: 65_534, firstTimestamp: 2 ** 32 - 160, clockRateHz: 8_000 })
  stream.mapPayloadTypes([
    [0, 0],
    [96, 101],
  ])
})

describe('OutgoingStream', () => {
  it('forwards one source with its losses and reordering, over the wrap of both counters', () => {
    for (const sequence of [500, 501, 504, 503, 505]) expect(forward(1, sequence, (sequence - 500) * 20)).toBe(true)
    expect(seen).toEqual([
      [65_534, 2 ** 32 - 160, 0, true],
      [65_535, 0, 0, false],
      [2, 480, 0, false],
      [1, 320, 0, false],
      [3, 640, 0, false],
    ])
    expect([stream.packetCount, stream.octetCount]).toEqual([5, 800])
  })

  it('maps payload types, and drops what has none', () => {
    forward(1, 1, 0)
    expect(forward(1, 2, 20, { payloadType: 8 })).toBe(false)
    expect(forward(1, 3, 40, { payloadType: 96, timestamp: 480 })).toBe(true)
    expect(seen.at(-1)).toEqual([0, 160, 101, false])
  })

  it('keeps the markers of talk spurts', () => {
    forward(1, 1, 0)
    forward(1, 2, 20, { hasMarker: true })
    expect(seen.at(-1)?.[3]).toBe(true)
  })

  it('goes on without a jump when the source changes: next number, time that has passed, marker', () => {
    forward(1, 1, 0)
    forward(1, 2, 20)
    forward(2, 40_000, 50, { timestamp: 123_456_789 })
    forward(2, 40_001, 70, { timestamp: 123_456_949 })
    expect(seen.slice(1)).toEqual([
      [65_535, 0, 0, false],
      [0, 240, 0, true],
      [1, 400, 0, false],
    ])
  })

  it('drops what is older than the change of source', () => {
    forward(1, 1, 0)
    forward(2, 100, 20)
    expect(forward(2, 99, 20)).toBe(false)
    expect(forward(2, 101, 40)).toBe(true)
    expect(seen.map(([sequence]) => sequence)).toEqual([65_534, 65_535, 0])
  })

  it('plays in between and goes back, still one source', () => {
    forward(1, 1, 0)
    own(0, 20)
    own(160, 40)
    own(320, 60, 101)
    forward(1, 5, 80)
    forward(1, 6, 100)
    expect(seen.map(([sequence]) => sequence)).toEqual([65_534, 65_535, 0, 1, 2, 3])
    expect(seen.map(([, timestamp]) => timestamp)).toEqual([2 ** 32 - 160, 0, 160, 320, 480, 640])
    expect(seen.map(([, , , hasMarker]) => hasMarker)).toEqual([true, true, false, false, true, false])
  })

  it('never repeats a timestamp when sources change within one tick', () => {
    forward(1, 1, 0)
    own(0, 0)
    forward(2, 9, 0)
    expect(new Set(seen.map(([, timestamp]) => timestamp)).size).toBe(3)
  })

  it('takes a source that starts anew under its SSRC for another one', () => {
    forward(1, 1_000, 0)
    forward(1, 5, 20, { timestamp: 99 })
    forward(1, 6, 40, { timestamp: 259 })
    forward(1, 7, 60, { timestamp: 3_000_000_000 })
    expect(seen.map(([sequence, timestamp]) => [sequence, timestamp])).toEqual([
      [65_534, 2 ** 32 - 160],
      [65_535, 0],
      [0, 160],
      [1, 320],
    ])
    stream.interrupt()
    forward(1, 8, 80, { timestamp: 3_000_000_160 })
    expect(seen.at(-1)).toEqual([2, 480, 0, true])
  })

  it('tells the time of the stream for sender reports', () => {
    forward(1, 1, 1_000)
    expect(stream.timestampAt(1_020)).toBe(0)
    expect(stream.timestampAt(2_000)).toBe(7_840)
  })

  it('forwards 200 000 packets without a gap', () => {
    for (let sequence = 0; sequence < 200_000; sequence++) {
      const received = packet({ ssrc: 1, sequence: sequence & 0xffff, timestamp: sequence * 160, payload: new Uint8Array(0) })
      if (!stream.forward(received, sequence * 20)) throw new Error(`packet ${sequence} was dropped`)
    }
    expect(stream.packetCount).toBe(200_000)
  })
})
